namespace KhaltiCheckout.Desk;

/// <summary>Ids between two texts. An id begins with its time, so that is a time, too.</summary>
/// <param name="First">Included; null where there is no first.</param>
/// <param name="End">Not included; null where there is no end.</param>
internal sealed record IdRange(string? First, string? End)
{
    // Sorts behind everything that an id can go on with.
    private const string Last = "\U0010FFFF";

    internal bool IsEmpty => First is not null && End is not null && string.CompareOrdinal(First, End) >= 0;

    internal static IdRange StartingWith(string beginning) => new(beginning, beginning + Last);

    internal bool Contains(string id) =>
        (First is null || string.CompareOrdinal(id, First) >= 0) && (End is null || string.CompareOrdinal(id, End) < 0);

    internal IdRange Before(string? id) => And(new(null, id));

    internal IdRange And(IdRange other) => new(
        First is null || string.CompareOrdinal(other.First, First) > 0 ? other.First ?? First : First,
        End is null || (other.End is not null && string.CompareOrdinal(other.End, End) < 0) ? other.End ?? End : End);

    /// <summary>To be added to other conditions.</summary>
    internal string Condition(string column, SqlValues values) =>
        (First is null ? "" : $" AND {column} >= {values.Add(First)}") + (End is null ? "" : $" AND {column} < {values.Add(End)}");
}
