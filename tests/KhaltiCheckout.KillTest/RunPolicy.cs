namespace KhaltiCheckout.KillTest;

/// <summary>What the run has covered so far; without one of these it proves nothing.</summary>
internal sealed record RunCounts(int Orders, int RefundCalls, int Kills)
{
    internal bool IsEnough => Orders > 0 && RefundCalls > 0 && Kills > 0;
}

/// <summary>When the shoppers stop, and the exit code. A slow machine needs more time to cover the same.</summary>
internal sealed record RunPolicy(TimeSpan MinDuration)
{
    internal const int Agreed = 0;
    internal const int Disagreed = 1;
    internal const int Inconclusive = 2;

    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    internal TimeSpan MaxDuration => MinDuration * 5 > TenMinutes ? MinDuration * 5 : TenMinutes;

    internal bool IsOver(TimeSpan elapsed, RunCounts counts) => elapsed >= MinDuration && (counts.IsEnough || elapsed >= MaxDuration);

    internal static int ExitCode(RunCounts counts, int disagreements) =>
        disagreements > 0 ? Disagreed : counts.IsEnough ? Agreed : Inconclusive;
}
