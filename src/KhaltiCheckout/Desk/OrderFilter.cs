using System.Buffers.Text;
using System.ComponentModel;
using System.Globalization;
using System.Text;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Desk;

/// <summary>Which orders a merchant wants to see, as it stands in the address.</summary>
public sealed record OrderFilterQuery
{
    [Description("Only orders of this status.")]
    public string? Status { get; init; }

    [Description("Only orders that a person should look at for this reason, whatever others are open, or for `any`.")]
    public string? Attention { get; init; }

    [Description(
        "Finds by order number, order id or its beginning or last eight characters, reference, receipt "
        + "number, Khalti's ids, phone, name, e-mail, "
        + "product or amount in rupees (`1500`, `Rs 1,500.50`). Words are found by their beginnings; case and accents do not matter. "
        + "Several words must all fit.")]
    public string? Q { get; init; }

    [Description("The first day in Nepal (`2026-11-20`), or an instant (RFC 3339).")]
    public string? From { get; init; }

    [Description("The last day in Nepal, or an instant; both are included.")]
    public string? To { get; init; }
}

/// <summary>The same, understood.</summary>
internal sealed record OrderFilter(
    OrderStatus? Status, AttentionReason? Attention, bool AnyAttention, SearchText? Text, string? FirstId, string? EndId)
{
    private const string Any = "any";

    /// <summary>Adds to <paramref name="errors"/> what can't be understood.</summary>
    internal static OrderFilter Read(OrderFilterQuery query, Dictionary<string, string[]> errors)
    {
        OrderStatus? status = ReadWord<OrderStatus>(query.Status, "status", errors);
        AttentionReason? attention = query.Attention == Any ? null : ReadWord<AttentionReason>(query.Attention, "attention", errors, Any);
        return new OrderFilter(
            status, attention, query.Attention == Any, ReadText(query.Q, errors),
            ReadInstant(query.From, "from", TimeSpan.Zero, days: 0, errors) is { } from ? TypeId.First(TypeId.Order, from) : null,

            // Ids know milliseconds: what is included ends where the next one begins.
            ReadInstant(query.To, "to", TimeSpan.FromMilliseconds(1), days: 1, errors) is { } end ? TypeId.First(TypeId.Order, end) : null);
    }

    /// <summary>The ids of the next ones, newest first: an id begins with its time, so it alone says where to go on.</summary>
    internal Task<List<string>> NextIdsAsync(CheckoutDb db, string? before, int most, CancellationToken cancellationToken) =>
        new OrderSearch(db, this).NewestAsync(before, most, cancellationToken);

    internal IdRange Range => new(FirstId, EndId);

    /// <summary>Whether it asks for more than a time and a text.</summary>
    internal bool HasState => Status is not null || Attention is not null || AnyAttention;

    internal static string CursorAt(string id) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(id));

    internal static string? ReadCursor(string? cursor, Dictionary<string, string[]> errors)
    {
        if (string.IsNullOrEmpty(cursor))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[TypeId.MaxIdLength];
        if (cursor.Length <= 2 * TypeId.MaxIdLength && Base64Url.IsValid(cursor)
            && Base64Url.TryDecodeFromChars(cursor, bytes, out int length)
            && Encoding.ASCII.GetString(bytes[..length]) is var id && TypeId.IsOne(TypeId.Order, id))
        {
            return id;
        }

        errors["cursor"] = ["Not a cursor: use the nextCursor of an answer, as it is."];
        return null;
    }

    private static TEnum? ReadWord<TEnum>(string? word, string field, Dictionary<string, string[]> errors, params string[] others)
        where TEnum : struct, Enum
    {
        if (string.IsNullOrEmpty(word))
        {
            return null;
        }

        foreach (TEnum value in Enum.GetValues<TEnum>())
        {
            if (SnakeCase.Of(value) == word)
            {
                return value;
            }
        }

        errors[field] = [$"One of: {string.Join(", ", Enum.GetValues<TEnum>().Select(SnakeCase.Of).Concat(others))}."];
        return null;
    }

    private static SearchText? ReadText(string? text, Dictionary<string, string[]> errors)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (text.Length > SearchText.MaxLength || text.Any(char.IsControl))
        {
            errors["q"] = [$"At most {SearchText.MaxLength} characters, and no control characters."];
            return null;
        }

        if (SearchText.Read(text) is { } read)
        {
            return read;
        }

        errors["q"] = [$"At most {SearchText.MaxWords} words."];
        return null;
    }

    // A day is a day in Nepal.
    private static DateTimeOffset? ReadInstant(string? text, string field, TimeSpan after, int days, Dictionary<string, string[]> errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            && IsCovered(day.Year))
        {
            return NepalTime.StartOf(day.AddDays(days));
        }

        if (DateTimeOffset.TryParseExact(
                text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out DateTimeOffset instant) && IsCovered(instant.Year) && HasZone(text))
        {
            return instant + after;
        }

        errors[field] = ["A day in Nepal such as 2026-11-20, or an instant such as 2026-11-20T08:30:00Z."];
        return null;
    }

    // Ids tell no time before 1970.
    private static bool IsCovered(int year) => year is > 1970 and < 9999;

    private static bool HasZone(string text) => text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > "yyyy-MM-dd".Length;
}
