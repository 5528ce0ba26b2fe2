namespace KhaltiCheckout.Storage;

/// <summary>How long one write to PostgreSQL goes on trying.</summary>
/// <param name="mustBeSaved">It is Khalti's answer, or something else that must not get lost.</param>
internal sealed class RetryBudget(bool mustBeSaved)
{
    private const int MaxAttempts = 20;
    private const int LostWithOthers = 3;
    private const double MaxWait = 250;

    // As long as SQLite waits for its lock.
    private static readonly TimeSpan MaxOutage = TimeSpan.FromSeconds(10);

    // What others do is waited for by the real clock.
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private int _round = 1;
    private int _lost;

    /// <summary>Short writes that come all the time would keep a longer one from ever getting through.</summary>
    internal bool NeedsExclusiveLock => _lost >= LostWithOthers;

    /// <summary>Whether it is worth another round. Connections that broke while idle cost one each.</summary>
    internal bool IsLeft(Exception failure) =>
        (_round < MaxAttempts && !PostgreSqlErrors.IsTimeout(failure))
        || (mustBeSaved && TimeProvider.System.GetElapsedTime(_began) < MaxOutage);

    internal void Note(Exception failure) => _lost += PostgreSqlErrors.IsConflict(failure) ? 1 : 0;

    /// <summary>A moment, longer each time; not the same for two that were in each other's way.</summary>
    internal Task WaitAsync(CancellationToken cancellationToken)
    {
        double wait = Math.Min(MaxWait, Math.Pow(2, _round++)) * (0.5 + (Random.Shared.NextDouble() / 2));
        return Task.Delay(TimeSpan.FromMilliseconds(wait), TimeProvider.System, cancellationToken);
    }
}
