using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KhaltiCheckout.Http;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>A report as it is kept in its day's row: written as the API shows it, read leniently,
/// so that every version's days stay readable.</summary>
internal static class StoredReport
{
    /// <summary>Raised when what is stored changes its meaning. A member that is only added needs no new version.</summary>
    internal const int Version = 1;

    private static readonly JsonSerializerOptions Writing = Options(strict: true);
    private static readonly JsonSerializerOptions Reading = Options(strict: false);

    internal static string Write(CloseReport report) => JsonSerializer.Serialize(report, Writing);

    internal static CloseReport Read(string json)
    {
        CloseReport stored = JsonSerializer.Deserialize<CloseReport>(json, Reading)
            ?? throw new JsonException("The report of a day's close is null.");

        // A version that lacked a list had nothing to put into it.
        return stored with
        {
            Here = stored.Here ?? CloseTotals.None,
            AtKhalti = stored.AtKhalti ?? CloseTotals.None,
            LeftOut = stored.LeftOut ?? [],
            LeftOutRecords = stored.LeftOutRecords ?? [],
            NotLookedBackAt = stored.NotLookedBackAt ?? [],
            Differences = stored.Differences ?? [],
        };
    }

    private static JsonSerializerOptions Options(bool strict)
    {
        JsonSerializerOptions options = new(JsonSerializerDefaults.Web);
        StrictJson.Apply(options);
        if (!strict)
        {
            options.UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip;
            options.RespectNullableAnnotations = false;
            options.RespectRequiredConstructorParameters = false;
        }

        options.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());
        options.MakeReadOnly();
        return options;
    }
}
