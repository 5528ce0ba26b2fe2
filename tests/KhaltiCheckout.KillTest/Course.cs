namespace KhaltiCheckout.KillTest;

/// <summary>How far the run has come: without one of these it proves nothing.</summary>
internal sealed record Seen(int Orders, int RefundCalls, int Kills)
{
    internal bool IsEnough => Orders > 0 && RefundCalls > 0 && Kills > 0;
}

/// <summary>When the shoppers stop, and what the end means. A slow machine takes longer to see as much.</summary>
internal sealed record Course(TimeSpan AtLeast)
{
    internal const int Agreed = 0;
    internal const int Disagreed = 1;
    internal const int SawTooLittle = 2;

    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    internal TimeSpan AtMost => AtLeast * 5 > TenMinutes ? AtLeast * 5 : TenMinutes;

    internal bool IsOver(TimeSpan elapsed, Seen seen) => elapsed >= AtLeast && (seen.IsEnough || elapsed >= AtMost);

    internal static int ExitCode(Seen seen, int disagreements) => disagreements > 0 ? Disagreed : seen.IsEnough ? Agreed : SawTooLittle;
}
