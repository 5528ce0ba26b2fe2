using System.Text;
using Khalti.Client;

namespace KhaltiCheckout.Benchmarks;

/// <summary>The order of every shopper: one product of the demo catalogue.</summary>
internal static class SampleOrder
{
    internal const string Product = "ilam-tea";
    internal const int Quantity = 2;
    internal const string CustomerName = "Sita Sharma";

    /// <summary>The price in the catalogue; an answer with another amount is an error.</summary>
    internal static Paisa Price => new(18_500);

    internal static long Amount => (long)(Price * Quantity);

    /// <summary>An order with the required fields only.</summary>
    internal static byte[] Body { get; } = BodyOf("");

    /// <summary>An order with every field of the shop's own page.</summary>
    internal static byte[] FullBody { get; } = BodyOf(""","email":"sita@example.com","phone":"9800000000" """);

    private static byte[] BodyOf(string more) => Encoding.UTF8.GetBytes(
        $$$"""{"items":[{"productId":"{{{Product}}}","quantity":{{{Quantity}}}}],"customer":{"name":"{{{CustomerName}}}"{{{more}}}}}""");
}
