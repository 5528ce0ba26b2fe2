namespace KhaltiCheckout.Benchmarks;

/// <summary>One run of the benchmark: its folder, its processes, its report.</summary>
internal sealed class Run(Options options) : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(
        Path.GetFullPath(options.Folder ?? Path.GetTempPath()), "checkout-benchmark-" + Path.GetRandomFileName())).FullName;

    private readonly List<MeasuredProcess> _processes = [];

    /// <summary>False when an answer was not the right one.</summary>
    internal async Task<bool> MeasureAsync(CancellationToken cancellationToken)
    {
        MeasuredProcess gateway = Own("gateway", "gateway");
        await gateway.AnswersAsync(Gateway.DelayPath + "0", cancellationToken);
        PublishedShop shop = await PublishedShop.PublishAsync(options, _folder, cancellationToken);

        MeasuredProcess? nothing = Wants("null") ? Own("null", "null", "--at", gateway.Address.ToString()) : null;
        if (nothing is not null)
        {
            await nothing.AnswersAsync("/api/v1/orders/ord_0", cancellationToken);
        }

        List<Candidate> candidates = [];
        string sqlite = "not measured";
        if (Wants("sqlite"))
        {
            MeasuredProcess onSqlite = Started(shop.StartOnSqlite("sqlite", gateway.Address, shop.SqliteFile("checkout")));
            await onSqlite.AnswersAsync("/health/ready", cancellationToken);
            sqlite = PublishedShop.SqliteVersion(onSqlite);
            candidates.Add(new Candidate("SQLite", [onSqlite]));
        }

        List<Row> rows = await new Checkouts(options, gateway, nothing, candidates).RunAsync(cancellationToken);
        Report.Machine(options, _folder, sqlite);
        Report.Checkouts(rows);
        return rows.TrueForAll(row => row.Measured.Errors == 0);
    }

    public ValueTask DisposeAsync()
    {
        foreach (MeasuredProcess process in Enumerable.Reverse(_processes))
        {
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private bool Wants(string part) => options.Only.Contains(part, StringComparer.Ordinal);

    // This program in another role.
    private MeasuredProcess Own(string name, string role, params IEnumerable<string> arguments) =>
        Started(MeasuredProcess.Start(name, typeof(Run).Assembly.Location, ["--role", role, .. arguments], _folder));

    private MeasuredProcess Started(MeasuredProcess process)
    {
        _processes.Add(process);
        return process;
    }
}
