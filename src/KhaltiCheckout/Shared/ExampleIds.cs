namespace KhaltiCheckout.Shared;

/// <summary>The ids in the examples of the API's document.</summary>
internal static class ExampleIds
{
    internal const string Order = "ord_01k9x4c7qmf3t8v5z2w6y1n0ah";
    internal const string Payment = "pay_01k9x4e0s2b7d9f4g6h8j1k3mn";
    internal const string Refund = "ref_01k9x7m3vd0q2r6t8w4y5z1b9c";
    internal const string Event = "evt_01k9x7m3vd0q2r6t8w4y5z1b9c";
    internal const string Key = "key_01k9x4c7qmf3t8v5z2w6y1n0ah";
    internal const string Session = "ses_3f9a1c07d25e84b6a0c1d2e3";
}
