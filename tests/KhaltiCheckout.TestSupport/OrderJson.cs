using System.Text.Json.Nodes;

namespace KhaltiCheckout.Tests.Support;

internal static class OrderJson
{
    internal static string Id(this JsonNode order) => (string)order["id"]!;

    internal static string Status(this JsonNode order) => (string)order["status"]!;

    internal static string Code(this JsonNode problem) => (string)problem["code"]!;

    internal static JsonNode Payment(this JsonNode order) => order["payments"]!.AsArray()[^1]!;

    internal static string PaymentStatus(this JsonNode order) => (string)order.Payment()["status"]!;
}
