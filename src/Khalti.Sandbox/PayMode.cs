namespace Khalti.Sandbox;

/// <summary>Ways to pay an ePayment link, in the words of <c>modes</c>. All but the wallet are banks.</summary>
internal static class PayMode
{
    internal const string Wallet = "KHALTI";

    internal static readonly IReadOnlyList<string> All = [Wallet, "EBANKING", "MOBILE_BANKING", "CONNECT_IPS", "SCT"];
}
