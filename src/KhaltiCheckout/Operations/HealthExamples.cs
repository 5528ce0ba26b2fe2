using KhaltiCheckout.Http;

namespace KhaltiCheckout.Operations;

/// <summary>What the API's document shows of the routes of <see cref="HealthFeature"/>.</summary>
internal static class HealthExamples
{
    internal static readonly RouteExample Live = new() { Answers = { [200] = ("Alive.", """{"status":"alive"}""") } };

    // Without Retry-After, as it is unknown when the shop will be ready.
    internal static readonly RouteExample Ready = new()
    {
        Answers =
        {
            [200] = (
                "Ready, with Khalti's condition as this process saw it last.",
                """{"status":"ready","database":"fine","khalti":"fine","khaltiSince":null}"""),
        },
        Codes = { [503] = ["not_ready"] },
        WithoutHeader = 503,
    };
}
