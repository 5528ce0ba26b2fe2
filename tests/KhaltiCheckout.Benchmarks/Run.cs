namespace KhaltiCheckout.Benchmarks;

/// <summary>One run of the benchmark: its folder, its processes, its report.</summary>
internal sealed class Run(Options options) : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(
        Path.GetFullPath(options.Folder ?? Path.GetTempPath()), "checkout-benchmark-" + Path.GetRandomFileName())).FullName;

    // In the order in which they were started: a shop before its database would miss it.
    private readonly List<IDisposable> _started = [];

    private readonly List<string> _databases = [];
    private readonly string _loadBefore = Report.LoadAverage();

    /// <summary>False when an answer was not the right one.</summary>
    internal async Task<bool> MeasureAsync(CancellationToken cancellationToken)
    {
        MeasuredProcess gateway = Own("gateway", "gateway");
        Started(gateway);
        await gateway.AnswersAsync(Gateway.DelayPath + "0", cancellationToken);
        PublishedShop shop = await PublishedShop.PublishAsync(options, _folder, cancellationToken);
        if (options.Growth)
        {
            IReadOnlyList<GrowthColumn> columns = await new Growth(options, shop, gateway.Address).MeasureAsync(cancellationToken);
            Report.Machine(options, _folder, _loadBefore, columns[0].Database);
            Report.Growth(columns);
            return true;
        }

        (double[] Empty, double[] Shop)? starts = Wants("start")
            ? await new Starts(shop, gateway.Address, () => Own("empty", "empty")).MeasureAsync(cancellationToken)
            : null;
        List<Row> rows = await CheckOutAsync(shop, gateway, cancellationToken);
        Report.Machine(options, _folder, _loadBefore, [.. _databases.Distinct(StringComparer.Ordinal)]);
        Report.Checkouts(rows);
        if (Wants("postgres") && options.Postgres is null)
        {
            Report.Say($"PostgreSQL was not measured: name a database with --postgres, or say --postgres start.");
            Report.Say($"");
        }

        Report.Starts(starts);
        return rows.TrueForAll(row => row.Measured.Errors == 0);
    }

    public ValueTask DisposeAsync()
    {
        foreach (IDisposable started in Enumerable.Reverse(_started))
        {
            started.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<List<Row>> CheckOutAsync(PublishedShop shop, MeasuredProcess gateway, CancellationToken cancellationToken)
    {
        MeasuredProcess? nothing = Wants("null") ? Started(Own("null", "null", "--at", gateway.Address.ToString(), "--app", shop.App)) : null;
        if (nothing is not null)
        {
            await nothing.AnswersAsync("/api/v1/orders/ord_0", cancellationToken);
        }

        List<Candidate> candidates = [];
        if (Wants("bare"))
        {
            MeasuredProcess bare = Started(Own("bare", "bare", "--at", gateway.Address.ToString()));
            await bare.AnswersAsync("/api/v1/orders/ord_0", cancellationToken);
            candidates.Add(new Candidate("bare", [bare]));
        }

        if (Wants("sqlite"))
        {
            candidates.Add(await OnSqliteAsync(shop, "sqlite", "SQLite", gateway, cancellationToken));
            if (PublishedShop.Other(options, _folder) is { } other)
            {
                candidates.Add(await OnSqliteAsync(other, "sqlite-against", "SQLite, other", gateway, cancellationToken));
            }
        }

        if (Wants("postgres") && options.Postgres is { } given)
        {
            string database = given == "start" ? Started(await Postgres.StartAsync(_folder, cancellationToken)).ConnectionString : given;
            MeasuredProcess first = await ReadyAsync(shop.StartOnPostgres("postgres-1", gateway.Address, database), cancellationToken);
            MeasuredProcess second = await ReadyAsync(shop.StartOnPostgres("postgres-2", gateway.Address, database), cancellationToken);
            candidates.Add(new Candidate("PostgreSQL", [first]));
            candidates.Add(new Candidate("PostgreSQL, two shops", [first, second]));
        }

        return await new Checkouts(options, gateway, nothing, candidates).RunAsync(cancellationToken);
    }

    private async Task<Candidate> OnSqliteAsync(
        PublishedShop shop, string name, string what, MeasuredProcess gateway, CancellationToken cancellationToken)
    {
        // By a start of its own, as on the first day of a shop: what makes tables is in memory for the rest of it.
        string file = shop.SqliteFile(name);
        using (MeasuredProcess first = shop.StartOnSqlite(name + "-first-day", gateway.Address, file))
        {
            await first.AnswersAsync("/health/ready", cancellationToken);
        }

        return new Candidate(what, [await ReadyAsync(shop.StartOnSqlite(name, gateway.Address, file), cancellationToken)]);
    }

    private bool Wants(string part) => options.Only.Contains(part, StringComparer.Ordinal);

    // This program in another role.
    private MeasuredProcess Own(string name, string role, params IEnumerable<string> arguments) =>
        MeasuredProcess.Start(name, typeof(Run).Assembly.Location, ["--role", role, .. arguments], _folder);

    private async Task<MeasuredProcess> ReadyAsync(MeasuredProcess process, CancellationToken cancellationToken)
    {
        await Started(process).AnswersAsync("/health/ready", cancellationToken);
        _databases.Add(PublishedShop.DatabaseOf(process));
        return process;
    }

    private T Started<T>(T process)
        where T : IDisposable
    {
        _started.Add(process);
        return process;
    }
}
