namespace KhaltiCheckout.Benchmarks;

/// <summary>The results of one candidate under one load.</summary>
internal sealed record Row(
    string What, int Delay, int Shoppers, LoadResult LoadResult, IReadOnlyList<LoadResult>? Ceiling, IReadOnlyList<LoadResult> Rounds)
{
    /// <summary>Checkouts a second divided by the null checkout's in the same rounds; null for the null checkout itself.</summary>
    internal double? RatioToNull => Ceiling is null ? null : LoadResult.PerSecond / LoadResult.Combine(Ceiling).PerSecond;

    /// <summary>The ratio to the null checkout in each round.</summary>
    internal IEnumerable<double> RatiosToNullByRound =>
        Ceiling is null ? [] : Rounds.Zip(Ceiling, (its, nulls) => its.PerSecond / nulls.PerSecond);
}

/// <summary>A server configuration to measure.</summary>
internal sealed record Candidate(string What, IReadOnlyList<MeasuredProcess> Servers);

/// <summary>
/// Measures checkouts by parallel shoppers against every candidate in turn, in several rounds of short windows, because the
/// machine's speed changes over time.
/// </summary>
internal sealed class Checkouts(Options options, MeasuredProcess gateway, MeasuredProcess? nullServer, IReadOnlyList<Candidate> candidates)
{
    private const string Null = "null";

    // Before each window: connections are opened, caches are filled, and the shoppers no longer run in step.
    private static readonly TimeSpan LeadIn = TimeSpan.FromSeconds(2);

    // Enough shoppers for tiered compilation to finish within a minute; until then it takes up to half a processor.
    private const int WarmUpShoppers = 64;
    private const int MaxExtraWarmUps = 12;
    private const double CompilingThreshold = 0.02;

    private static readonly TimeSpan ExtraWarmUp = TimeSpan.FromSeconds(5);

    internal async Task<List<Row>> RunAsync(CancellationToken cancellationToken)
    {
        Candidate[] servers = [.. nullServer is null ? [] : new Candidate[] { new(Null, [nullServer]) }, .. candidates];
        foreach (Candidate cold in servers)
        {
            await WarmUpAsync(cold, cancellationToken);
        }

        List<Row> rows = [];
        foreach (int delay in options.Delays)
        {
            using HttpClient http = new() { BaseAddress = gateway.Address };
            (await http.GetAsync($"{Gateway.DelayPath}{delay}", cancellationToken)).EnsureSuccessStatusCode();
            foreach (int shoppers in options.Shoppers)
            {
                rows.AddRange(await CompareAsync(servers, delay, shoppers, cancellationToken));
            }
        }

        return rows;
    }

    private async Task WarmUpAsync(Candidate cold, CancellationToken cancellationToken)
    {
        Progress.WriteLine($"warming {cold.What}");
        await Load.RunAsync(cold.Servers, WarmUpShoppers, options.WarmUp, LeadIn, options.AsPage, cancellationToken);
        for (int more = 0; more < MaxExtraWarmUps; more++)
        {
            TimeSpan[] before = [.. cold.Servers.Select(server => server.Compiled)];
            await Load.RunAsync(cold.Servers, WarmUpShoppers, TimeSpan.Zero, ExtraWarmUp, options.AsPage, cancellationToken);
            TimeSpan compiled = cold.Servers.Zip(before, (server, then) => server.Compiled - then).Max();
            if (compiled < CompilingThreshold * ExtraWarmUp)
            {
                return;
            }

            Progress.WriteLine($"{cold.What} compiles on: {compiled.TotalSeconds:0.0} s of {ExtraWarmUp.TotalSeconds:0}");
        }
    }

    private async Task<List<Row>> CompareAsync(Candidate[] servers, int delay, int shoppers, CancellationToken cancellationToken)
    {
        List<LoadResult>[] windows = [.. servers.Select(_ => new List<LoadResult>())];
        for (int round = 0; round < options.Rounds; round++)
        {
            // In alternating order, so that a machine that gets slower affects all candidates alike.
            foreach (int turn in Enumerable.Range(0, servers.Length))
            {
                int which = round % 2 == 0 ? turn : servers.Length - 1 - turn;
                LoadResult measured =
                    await Load.RunAsync(servers[which].Servers, shoppers, LeadIn, options.Window, options.AsPage, cancellationToken);
                string where = $"gateway {delay} ms, {shoppers} shoppers, {servers[which].What}";
                Progress.WriteLine($"{where}: {measured.PerSecond:0} a second, {measured.Errors} errors");
                windows[which].Add(measured);
            }
        }

        List<LoadResult>? ceiling = nullServer is null ? null : windows[0];
        return [
            .. servers.Zip(
                windows, (server, its) => new Row(
                    server.What, delay, shoppers, LoadResult.Combine(its), its == ceiling ? null : ceiling, its))];
    }
}

/// <summary>Writes progress to stderr; stdout has the report only.</summary>
internal static class Progress
{
    internal static void WriteLine(FormattableString line) => Console.Error.WriteLine(FormattableString.Invariant(line));
}
