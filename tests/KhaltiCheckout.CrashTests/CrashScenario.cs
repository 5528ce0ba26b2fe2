using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.CrashTests;

/// <summary>A scenario for one new order; the process is killed at one crash point after <see cref="Before"/>.</summary>
internal sealed record CrashScenario
{
    internal required string Name { get; init; }

    /// <summary>The minimum number of crash points; fewer mean that the scenario did not run as described.</summary>
    internal required int MinCrashPoints { get; init; }

    internal Func<Shopper, Task> Before { get; init; } = static _ => Task.CompletedTask;

    internal Func<Shopper, Task> During { get; init; } = static _ => Task.CompletedTask;

    /// <summary>Waits for the end and asserts the outcome.</summary>
    internal required Func<Shopper, Task> After { get; init; }

    /// <summary>Whether a process can find this work pending at its start; those crash points are then swept as well.</summary>
    internal bool RunsAtStart { get; init; }

    /// <summary>Settings of the process besides those of every scenario.</summary>
    internal string[] Settings { get; init; } = [];

    /// <summary>Whether nothing but the worker acts during the scenario. Then what the end of a step leaves is what the beginning of the
    /// next one finds, so of the two points the second is swept; and the leases of a killed process end with it.</summary>
    internal bool OnlyWorkerActs { get; init; }

    /// <summary>Makes the sandbox lose the decisive answer once.</summary>
    internal Func<SandboxDriver, Task>? LoseAnswer { get; init; }
}

/// <summary>A crash point of a scenario.</summary>
/// <param name="Name">The name recorded in the run without a crash.</param>
/// <param name="CrashIndex">Its number, from 1; 0 does not kill.</param>
internal sealed record CrashPoint(string Name, int CrashIndex)
{
    internal const string StartSuffix = ", at a start";
    internal const string Recovered = "killed, recovered";
    internal const string RecoveredAfterLostAnswer = "an answer was lost, killed afterwards, recovered";
    internal const string KilledAtOtherPoint = "killed at another point, recovered";
    internal const string NotReached = "not reached";

    /// <summary>Whether an earlier process, which was killed, did the steps before.</summary>
    internal bool AtStart { get; init; }

    /// <summary>Whether the decisive answer is lost and the process killed after it.</summary>
    internal bool LosesAnswer { get; init; }

    internal string Expected => LosesAnswer ? RecoveredAfterLostAnswer : Recovered;

    internal string Outcome { get; set; } = "not tried";

    /// <summary>Whether the run succeeded without being killed at this point.</summary>
    internal bool WasMissed => Outcome is NotReached or KilledAtOtherPoint;
}
