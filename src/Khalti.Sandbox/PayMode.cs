namespace Khalti.Sandbox;

/// <summary>The values of <c>modes</c>, the ways to pay an ePayment link. All but the wallet are bank payments.</summary>
internal static class PayMode
{
    internal const string Wallet = "KHALTI";

    internal static readonly IReadOnlyList<string> All = [Wallet, "EBANKING", "MOBILE_BANKING", "CONNECT_IPS", "SCT"];
}
