namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>
/// One step of a scenario, as plain data. Numbers select existing objects modulo their count, so that a scenario stays valid
/// when operations are removed.
/// </summary>
internal abstract record Operation
{
    /// <summary>Executes the step and compares the answer with the one expected from the snapshot before it.</summary>
    internal abstract Task ExecuteAsync(ModelContext context);

    /// <summary>Simpler variants, for shrinking.</summary>
    internal virtual IEnumerable<Operation> Shrink() => [];

    protected static T Pick<T>(IReadOnlyList<T> things, int number) => things[number % things.Count];
}

/// <summary>A sequence of operations.</summary>
internal sealed record Scenario(IReadOnlyList<Operation> Operations)
{
    internal IEnumerable<Scenario> Shrink()
    {
        for (int size = Operations.Count / 2; size >= 1; size /= 2)
        {
            for (int start = 0; start + size <= Operations.Count; start += size)
            {
                yield return new Scenario([.. Operations.Take(start), .. Operations.Skip(start + size)]);
            }
        }

        for (int at = 0; at < Operations.Count; at++)
        {
            foreach (Operation shrunk in Operations[at].Shrink())
            {
                yield return new Scenario([.. Operations.Take(at), shrunk, .. Operations.Skip(at + 1)]);
            }
        }
    }

    public override string ToString() =>
        Environment.NewLine + string.Join(Environment.NewLine, Operations.Select((operation, at) => $"  {at + 1}. {operation}"));
}
