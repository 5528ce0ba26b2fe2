namespace Khalti.Sandbox;

/// <summary>Money that went back to the payer. A transaction of its own below the one it returns.</summary>
internal sealed record Refund(string Idx, string PaymentIdx, long Amount, string? Mobile, DateTimeOffset CreatedOn);
