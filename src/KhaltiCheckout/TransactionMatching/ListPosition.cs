using System.Text.Json;

namespace KhaltiCheckout.TransactionMatching;

/// <summary>
/// Which page of Khalti's list is read next. The first page, where new transactions come, takes turns with the pages behind it, which
/// are gone through to the horizon and then again: a transaction may be completed, or listed, long after it was begun.
/// </summary>
/// <param name="Page">The page behind the first that is next.</param>
/// <param name="IsNewestNext">Whether it is the first page's turn.</param>
/// <param name="Failures">How often in a row Khalti gave no page.</param>
internal sealed record ListPosition(int Page = ListPosition.FirstBehind, bool IsNewestNext = true, int Failures = 0)
{
    private const int FirstBehind = 2;

    internal int Next => IsNewestNext ? 1 : Page;

    internal static ListPosition Read(string text) =>
        text.Length == 0 ? new ListPosition() : JsonSerializer.Deserialize<ListPosition>(text) ?? new ListPosition();

    public override string ToString() => JsonSerializer.Serialize(this);

    /// <param name="isLast">Whether nothing behind that page is looked at.</param>
    internal ListPosition After(bool isLast) => (IsNewestNext, isLast) switch
    {
        (true, true) => new ListPosition(),
        (true, false) => this with { IsNewestNext = false, Failures = 0 },
        (false, true) => new ListPosition(),
        _ => new ListPosition(Page + 1),
    };

    internal ListPosition AfterFailure() => this with { Failures = Failures + 1 };
}
