namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>
/// One thing that happens. Plain data: what it names by number is taken modulo what there is, so that a sequence with
/// operations left out is a sequence still.
/// </summary>
internal abstract record Operation
{
    /// <summary>Does it, and compares the answer with what the facts before it foretell.</summary>
    internal abstract Task DoAsync(World world);

    /// <summary>The same, told more simply: for shrinking.</summary>
    internal virtual IEnumerable<Operation> Simpler() => [];

    protected static T Pick<T>(IReadOnlyList<T> things, int number) => things[number % things.Count];
}

/// <summary>What happens, in order.</summary>
internal sealed record Story(IReadOnlyList<Operation> Operations)
{
    internal IEnumerable<Story> Shorter()
    {
        for (int size = Operations.Count / 2; size >= 1; size /= 2)
        {
            for (int start = 0; start + size <= Operations.Count; start += size)
            {
                yield return new Story([.. Operations.Take(start), .. Operations.Skip(start + size)]);
            }
        }

        for (int at = 0; at < Operations.Count; at++)
        {
            foreach (Operation simpler in Operations[at].Simpler())
            {
                yield return new Story([.. Operations.Take(at), simpler, .. Operations.Skip(at + 1)]);
            }
        }
    }

    public override string ToString() =>
        Environment.NewLine + string.Join(Environment.NewLine, Operations.Select((operation, at) => $"  {at + 1}. {operation}"));
}
