namespace KhaltiCheckout.DailyReconciliation;

/// <summary>A day in Nepal, compared with Khalti's books.</summary>
/// <param name="IsSignedOff">Whether somebody has signed it off: then it stays as it is.</param>
/// <param name="IsWhole">Whether everything could be compared.</param>
public sealed record CloseView(
    DateOnly Day, DateTimeOffset RunAt, string? RunBy, bool IsSignedOff, DateTimeOffset? SignedOffAt, string? SignedOffBy, string? Note,
    bool IsWhole, CloseReport Report)
{
    internal static CloseView? Of(DayClose close) => close is { Report: { } report, RunAt: { } runAt }
        ? new(
            close.Day, runAt, close.RunBy, close.SignedOffAt is not null, close.SignedOffAt, close.SignedOffBy, close.Note,
            report.LeftOut.Count == 0, report)
        : null;
}

/// <summary>Closes, the newest day first.</summary>
/// <param name="NextCursor">Give it as <c>cursor</c> for the days before; null at the end.</param>
public sealed record ClosesView(IReadOnlyList<CloseView> Data, string? NextCursor);
