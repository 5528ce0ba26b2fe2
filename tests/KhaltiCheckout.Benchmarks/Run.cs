namespace KhaltiCheckout.Benchmarks;

/// <summary>One run of the benchmark: its folder, its processes, its report.</summary>
internal sealed class Run(Options options) : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(
        Path.GetFullPath(options.Folder ?? Path.GetTempPath()), "checkout-benchmark-" + Path.GetRandomFileName())).FullName;

    // In the order of their start, so that a shop is stopped before its database.
    private readonly List<IDisposable> _started = [];

    private readonly List<string> _databases = [];
    private readonly string _loadBefore = Report.LoadAverage();

    /// <summary>Runs all measurements; false when an answer was wrong.</summary>
    internal async Task<bool> MeasureAsync(CancellationToken cancellationToken)
    {
        MeasuredProcess gateway = StartOwnProcess("gateway", "gateway");
        Started(gateway);
        await gateway.WaitUntilReadyAsync(Gateway.DelayPath + "0", cancellationToken);
        PublishedShop shop = await PublishedShop.PublishAsync(options, _folder, cancellationToken);
        if (options.Growth)
        {
            IReadOnlyList<GrowthColumn> columns = await new Growth(options, shop, gateway.Address).MeasureAsync(cancellationToken);
            Report.Machine(options, _folder, _loadBefore, columns[0].Database);
            Report.Growth(columns);
            return true;
        }

        if (options.Pruning)
        {
            (PruningResult pruned, string database) = await new Pruning(options, shop, gateway.Address).MeasureAsync(cancellationToken);
            Report.Machine(options, _folder, _loadBefore, database);
            Report.Pruning(pruned);
            return true;
        }

        if (options.Returning)
        {
            (ReturningResult[] waits, string database) = await new Returning(options, shop, gateway.Address).MeasureAsync(
                cancellationToken);
            Report.Machine(options, _folder, _loadBefore, database);
            Report.Returning(waits);
            return true;
        }

        (double[] Empty, double[] Shop)? starts = IsSelected("start")
            ? await new Starts(shop, gateway.Address, () => StartOwnProcess("empty", "empty")).MeasureAsync(cancellationToken)
            : null;
        List<Row> rows = await CheckOutAsync(shop, gateway, cancellationToken);
        Report.Machine(options, _folder, _loadBefore, [.. _databases.Distinct(StringComparer.Ordinal)]);
        Report.Checkouts(rows);
        if (IsSelected("postgres") && options.Postgres is null)
        {
            Report.WriteLine($"PostgreSQL was not measured: name a database with --postgres, or say --postgres start.");
            Report.WriteLine($"");
        }

        Report.Starts(starts);
        return rows.TrueForAll(row => row.LoadResult.Errors == 0);
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
        MeasuredProcess? nullServer = IsSelected("null")
            ? Started(StartOwnProcess("null", "null", "--at", gateway.Address.ToString(), "--app", shop.App)) : null;
        if (nullServer is not null)
        {
            await nullServer.WaitUntilReadyAsync("/api/v1/orders/ord_0", cancellationToken);
        }

        List<Candidate> candidates = [];
        if (IsSelected("bare"))
        {
            MeasuredProcess bare = Started(StartOwnProcess("bare", "bare", "--at", gateway.Address.ToString()));
            await bare.WaitUntilReadyAsync("/api/v1/orders/ord_0", cancellationToken);
            candidates.Add(new Candidate("bare", [bare]));
        }

        if (IsSelected("sqlite"))
        {
            candidates.Add(await OnSqliteAsync(shop, "sqlite", "SQLite", gateway, cancellationToken));
            if (PublishedShop.Other(options, _folder) is { } other)
            {
                candidates.Add(await OnSqliteAsync(other, "sqlite-against", "SQLite, other", gateway, cancellationToken));
            }
        }

        if (IsSelected("postgres") && options.Postgres is { } given)
        {
            string database = given == "start" ? Started(await Postgres.StartAsync(_folder, cancellationToken)).ConnectionString : given;
            MeasuredProcess first = await ReadyAsync(shop.StartOnPostgres("postgres-1", gateway.Address, database), cancellationToken);
            MeasuredProcess second = await ReadyAsync(shop.StartOnPostgres("postgres-2", gateway.Address, database), cancellationToken);
            candidates.Add(new Candidate("PostgreSQL", [first]));
            candidates.Add(new Candidate("PostgreSQL, two shops", [first, second]));
        }

        return await new Checkouts(options, gateway, nullServer, candidates).RunAsync(cancellationToken);
    }

    private async Task<Candidate> OnSqliteAsync(
        PublishedShop shop, string name, string what, MeasuredProcess gateway, CancellationToken cancellationToken)
    {
        // The tables are created by a separate start, so that the measured process has not loaded the migration code.
        string file = shop.SqliteFile(name);
        using (MeasuredProcess first = shop.StartOnSqlite(name + "-first-day", gateway.Address, file))
        {
            await first.WaitUntilReadyAsync("/health/ready", cancellationToken);
        }

        return new Candidate(what, [await ReadyAsync(shop.StartOnSqlite(name, gateway.Address, file), cancellationToken)]);
    }

    private bool IsSelected(string part) => options.Only.Contains(part, StringComparer.Ordinal);

    // Starts this program in another role.
    private MeasuredProcess StartOwnProcess(string name, string role, params IEnumerable<string> arguments) =>
        MeasuredProcess.Start(name, typeof(Run).Assembly.Location, ["--role", role, .. arguments], _folder);

    private async Task<MeasuredProcess> ReadyAsync(MeasuredProcess process, CancellationToken cancellationToken)
    {
        await Started(process).WaitUntilReadyAsync("/health/ready", cancellationToken);
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
