using System.Globalization;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>Khalti's paging of lists.</summary>
internal static class Paging
{
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 200;

    internal static Answer Answer(HttpRequest request, Fields fields, long total, Func<long, int, JsonNode[]> page)
    {
        FieldRules asked = new(fields);
        int size = Math.Clamp(Number(asked.OptionalText("page_size")) ?? DefaultPageSize, 1, MaxPageSize);
        int pages = (int)Math.Max(1, (total + size - 1) / size);
        string? requested = asked.OptionalText("page");
        int? number = requested is null ? 1 : Number(requested);
        if (number is not { } current || current < 1 || current > pages)
        {
            return Errors.Detail(404, "Invalid page.");
        }

        long skip = (long)(current - 1) * size;
        JsonNode[] records = page(skip, size);
        string query = asked.OptionalText("page_size") is null ? "" : $"&page_size={size}";
        JsonNode? Link(int to) => to < 1 || to > pages
            ? null
            : $"{request.Scheme}://{request.Host}{request.Path}?page={to}{query}";
        return Sandbox.Answer.Ok(new JsonObject
        {
            ["total_pages"] = pages,
            ["total_records"] = total,
            ["next"] = Link(current + 1),
            ["previous"] = Link(current - 1),
            ["record_range"] = new JsonArray(records.Length == 0 ? 0 : skip + 1, skip + records.Length),
            ["current_page"] = current,
            ["records"] = new JsonArray(records),
        });
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
