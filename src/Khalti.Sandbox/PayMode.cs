namespace Khalti.Sandbox;

/// <summary>The values of <c>modes</c>, the ways to pay an ePayment link. All but the wallet are bank payments.</summary>
internal static class PayMode
{
    internal const string Wallet = "KHALTI";

    private const string EBanking = "EBANKING";

    internal static readonly IReadOnlyList<string> All = [Wallet, EBanking, "MOBILE_BANKING", "CONNECT_IPS", "SCT"];

    /// <summary>The mode with this name, or null. <c>E_BANKING</c>, as some clients spell it, is <c>EBANKING</c>.</summary>
    internal static string? Named(string name) => name == "E_BANKING" ? EBanking : All.Contains(name) ? name : null;
}
