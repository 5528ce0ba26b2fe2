namespace KhaltiCheckout.Benchmarks;

/// <summary>One server, or several of them behind one address, under one load.</summary>
internal sealed record Row(string What, int Delay, int Shoppers, Measured Measured, double? OfNull);

/// <summary>A way to run the shop.</summary>
internal sealed record Candidate(string What, IReadOnlyList<MeasuredProcess> Servers);

/// <summary>
/// Checkouts by so many shoppers at once, against every server in turn. The null checkout is measured before and after each
/// of the others, and the ratio is to the mean of both: a machine is never as fast as it was a minute ago.
/// </summary>
internal sealed class Checkouts(Options options, MeasuredProcess gateway, MeasuredProcess? nothing, IReadOnlyList<Candidate> candidates)
{
    private const string Null = "null";

    // Before each window: connections are made, caches are filled again, and shoppers who all began at once are out of step.
    private static readonly TimeSpan LeadIn = TimeSpan.FromSeconds(2);

    // So many make the runtime compile what is hot within half a minute; until then it takes a third of the processor.
    private const int WarmUpShoppers = 64;

    internal async Task<List<Row>> RunAsync(CancellationToken cancellationToken)
    {
        Candidate? ceiling = nothing is null ? null : new Candidate(Null, [nothing]);
        foreach (Candidate cold in ceiling is null ? candidates : [ceiling, .. candidates])
        {
            Progress.Say($"warming {cold.What}");
            await Load.RunAsync(cold.Servers, WarmUpShoppers, options.WarmUp, LeadIn, options.AsPage, cancellationToken);
        }

        List<Row> rows = [];
        foreach (int delay in options.Delays)
        {
            using HttpClient http = new() { BaseAddress = gateway.Address };
            (await http.GetAsync($"{Gateway.DelayPath}{delay}", cancellationToken)).EnsureSuccessStatusCode();
            foreach (int shoppers in options.Shoppers)
            {
                rows.AddRange(await CompareAsync(ceiling, delay, shoppers, cancellationToken));
            }
        }

        return rows;
    }

    private async Task<List<Row>> CompareAsync(Candidate? ceiling, int delay, int shoppers, CancellationToken cancellationToken)
    {
        Measured? before = await MeasureCeilingAsync();
        List<Row> rows = before is null ? [] : [new Row(Null, delay, shoppers, before, null)];
        foreach (Candidate candidate in candidates)
        {
            Measured measured = await MeasureAsync(candidate);
            Measured? after = await MeasureCeilingAsync();
            double? ratio = before is null || after is null ? null : measured.PerSecond * 2 / (before.PerSecond + after.PerSecond);
            rows.Add(new Row(candidate.What, delay, shoppers, measured, ratio));
            if (after is not null)
            {
                rows.Add(new Row(Null, delay, shoppers, after, null));
            }

            before = after;
        }

        return rows;

        async Task<Measured?> MeasureCeilingAsync() => ceiling is null ? null : await MeasureAsync(ceiling);

        async Task<Measured> MeasureAsync(Candidate candidate)
        {
            Measured measured = await Load.RunAsync(candidate.Servers, shoppers, LeadIn, options.Window, options.AsPage, cancellationToken);
            Progress.Say($"gateway {delay} ms, {shoppers} shoppers, {candidate.What}: {measured.PerSecond:0} a second, {measured.Errors} errors");
            return measured;
        }
    }
}

/// <summary>What happens just now, on the error stream: the report alone is on the other.</summary>
internal static class Progress
{
    internal static void Say(FormattableString line) => Console.Error.WriteLine(FormattableString.Invariant(line));
}
