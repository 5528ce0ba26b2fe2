using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.CrashTests;

/// <summary>What happens to one fresh order; the process is killed at one moment between <see cref="Before"/> and the end.</summary>
internal sealed record Story
{
    internal required string Name { get; init; }

    /// <summary>A story with fewer moments is not the one that it says.</summary>
    internal required int MinCrashPoints { get; init; }

    internal Func<Shopper, Task> Before { get; init; } = static _ => Task.CompletedTask;

    internal Func<Shopper, Task> During { get; init; } = static _ => Task.CompletedTask;

    /// <summary>Goes on until it is over, and looks whether it ended well.</summary>
    internal required Func<Shopper, Task> After { get; init; }

    /// <summary>Whether a process can find this work at its start. What it does only there is swept as well.</summary>
    internal bool IsFoundAtAStart { get; init; }

    /// <summary>Makes Khalti's deciding answer get lost, once.</summary>
    internal Func<SandboxDriver, Task>? LoseTheAnswer { get; init; }
}

/// <summary>One fresh order and one moment.</summary>
/// <param name="Name">The moment, as it was told when the story was learned.</param>
/// <param name="CrashAt">Its number; 0 is never.</param>
internal sealed record Point(string Name, int CrashAt)
{
    internal const string StartSuffix = ", at a start";
    internal const string Healed = "killed, healed";
    internal const string HealedLater = "an answer was lost, killed afterwards, healed";
    internal const string KilledElsewhere = "killed at another moment, healed";
    internal const string NotReached = "not reached";

    /// <summary>Whether what came before was done by another process, which is dead.</summary>
    internal bool AtAStart { get; init; }

    /// <summary>Whether the deciding answer is lost, and the process killed when it is.</summary>
    internal bool LosesTheAnswer { get; init; }

    internal string Wanted => LosesTheAnswer ? HealedLater : Healed;

    internal string Outcome { get; set; } = "not tried";

    /// <summary>All is well, but not with this moment.</summary>
    internal bool IsMissed => Outcome is NotReached or KilledElsewhere;
}
