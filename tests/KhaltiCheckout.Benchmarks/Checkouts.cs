namespace KhaltiCheckout.Benchmarks;

/// <summary>One server, or several of them behind one address, under one load.</summary>
internal sealed record Row(
    string What, int Delay, int Shoppers, Measured Measured, IReadOnlyList<Measured>? Ceiling, IReadOnlyList<Measured> Rounds)
{
    /// <summary>Checkouts a second, as a share of the null checkout's in the same rounds. Null for itself, and without one.</summary>
    internal double? OfNull => Ceiling is null ? null : Measured.PerSecond / Measured.Together(Ceiling).PerSecond;

    /// <summary>The same in each round.</summary>
    internal IEnumerable<double> OfNullInRounds => Ceiling is null ? [] : Rounds.Zip(Ceiling, (its, nulls) => its.PerSecond / nulls.PerSecond);
}

/// <summary>A way to run the shop.</summary>
internal sealed record Candidate(string What, IReadOnlyList<MeasuredProcess> Servers);

/// <summary>
/// Checkouts by so many shoppers at once, against every server in turn, in several rounds of short windows: a machine is
/// never as fast as it was a minute ago.
/// </summary>
internal sealed class Checkouts(Options options, MeasuredProcess gateway, MeasuredProcess? nothing, IReadOnlyList<Candidate> candidates)
{
    private const string Null = "null";

    // Before each window: connections are made, caches are filled again, and shoppers who all began at once are out of step.
    private static readonly TimeSpan LeadIn = TimeSpan.FromSeconds(2);

    // So many make the runtime compile what is hot within a minute. Until then that takes up to half a processor.
    private const int WarmUpShoppers = 64;
    private const int MostMore = 12;
    private const double StillCompiles = 0.02;

    private static readonly TimeSpan More = TimeSpan.FromSeconds(5);

    internal async Task<List<Row>> RunAsync(CancellationToken cancellationToken)
    {
        Candidate[] servers = [.. nothing is null ? [] : new Candidate[] { new(Null, [nothing]) }, .. candidates];
        foreach (Candidate cold in servers)
        {
            await WarmAsync(cold, cancellationToken);
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

    private async Task WarmAsync(Candidate cold, CancellationToken cancellationToken)
    {
        Progress.Say($"warming {cold.What}");
        await Load.RunAsync(cold.Servers, WarmUpShoppers, options.WarmUp, LeadIn, options.AsPage, cancellationToken);
        for (int more = 0; more < MostMore; more++)
        {
            TimeSpan[] before = [.. cold.Servers.Select(server => server.Compiled)];
            await Load.RunAsync(cold.Servers, WarmUpShoppers, TimeSpan.Zero, More, options.AsPage, cancellationToken);
            TimeSpan compiled = cold.Servers.Zip(before, (server, then) => server.Compiled - then).Max();
            if (compiled < StillCompiles * More)
            {
                return;
            }

            Progress.Say($"{cold.What} compiles on: {compiled.TotalSeconds:0.0} s of {More.TotalSeconds:0}");
        }
    }

    private async Task<List<Row>> CompareAsync(Candidate[] servers, int delay, int shoppers, CancellationToken cancellationToken)
    {
        List<Measured>[] windows = [.. servers.Select(_ => new List<Measured>())];
        for (int round = 0; round < options.Rounds; round++)
        {
            // There and back: what gets slower from one minute to the next, slows all of them alike.
            foreach (int turn in Enumerable.Range(0, servers.Length))
            {
                int which = round % 2 == 0 ? turn : servers.Length - 1 - turn;
                Measured measured = await Load.RunAsync(servers[which].Servers, shoppers, LeadIn, options.Window, options.AsPage, cancellationToken);
                Progress.Say($"gateway {delay} ms, {shoppers} shoppers, {servers[which].What}: {measured.PerSecond:0} a second, {measured.Errors} errors");
                windows[which].Add(measured);
            }
        }

        List<Measured>? ceiling = nothing is null ? null : windows[0];
        return [.. servers.Zip(windows, (server, its) => new Row(server.What, delay, shoppers, Measured.Together(its), its == ceiling ? null : ceiling, its))];
    }
}

/// <summary>What happens just now, on the error stream: the report alone is on the other.</summary>
internal static class Progress
{
    internal static void Say(FormattableString line) => Console.Error.WriteLine(FormattableString.Invariant(line));
}
