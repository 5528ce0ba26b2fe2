using System.Text;
using Khalti.Client;

namespace KhaltiCheckout.Benchmarks;

/// <summary>What every shopper buys: one line of the demo shop's catalogue.</summary>
internal static class SampleOrder
{
    internal const string Product = "ilam-tea";
    internal const int Quantity = 2;
    internal const string CustomerName = "Sita Sharma";

    /// <summary>As the catalogue has it: an answer with another amount is an error.</summary>
    internal static Paisa Price => new(18_500);

    internal static long Amount => (long)(Price * Quantity);

    /// <summary>The least that people fill in.</summary>
    internal static byte[] Body { get; } = BodyOf("");

    /// <summary>Everything that the shop's own page asks for.</summary>
    internal static byte[] FullBody { get; } = BodyOf(""","email":"sita@example.com","phone":"9800000000" """);

    private static byte[] BodyOf(string more) => Encoding.UTF8.GetBytes(
        $$$"""{"items":[{"productId":"{{{Product}}}","quantity":{{{Quantity}}}}],"customer":{"name":"{{{CustomerName}}}"{{{more}}}}}""");
}
