using Microsoft.Data.Sqlite;

namespace Khalti.Sandbox;

/// <summary>
/// The sandbox's SQLite database. One connection and one writer at a time: a call's reads and writes are one transaction,
/// committed before the answer, so parallel calls are serialized and a killed process loses nothing it has answered.
/// </summary>
internal sealed class Ledger : IDisposable
{
    /// <summary>The SQL that upgrades the database to each version; a published version never changes.</summary>
    internal static readonly IReadOnlyList<string> SchemaVersions =
    [
        """
        CREATE TABLE payment (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            idx TEXT NOT NULL UNIQUE,
            token TEXT UNIQUE,
            pidx TEXT UNIQUE,
            flow TEXT NOT NULL,
            merchant TEXT NOT NULL,
            mode TEXT NOT NULL,
            state TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount > 0),
            fee INTEGER NOT NULL,
            fee_idx TEXT,
            refunded_amount INTEGER NOT NULL CHECK (refunded_amount BETWEEN 0 AND amount),
            mobile TEXT NOT NULL,
            product_identity TEXT NOT NULL,
            product_name TEXT NOT NULL,
            product_url TEXT,
            purchase_order_id TEXT,
            extras TEXT NOT NULL,
            otp_failures INTEGER NOT NULL,
            created_on TEXT NOT NULL
        );
        CREATE INDEX payment_of_account ON payment (merchant, mode, sequence);
        CREATE TABLE payer (
            mobile TEXT PRIMARY KEY,
            pin_failures INTEGER NOT NULL,
            locked_until TEXT
        );
        """,
        """
        ALTER TABLE payment ADD COLUMN return_url TEXT;
        ALTER TABLE payment ADD COLUMN expires_at TEXT;
        ALTER TABLE payment ADD COLUMN paid_with TEXT;
        ALTER TABLE payment ADD COLUMN order_details TEXT NOT NULL DEFAULT '{}';
        CREATE TABLE refund (
            idx TEXT PRIMARY KEY,
            payment TEXT NOT NULL REFERENCES payment (idx),
            amount INTEGER NOT NULL CHECK (amount > 0),
            mobile TEXT,
            created_on TEXT NOT NULL
        );
        CREATE INDEX refund_of_payment ON refund (payment);
        """,
    ];

    private readonly SqliteConnection _connection;
    private readonly Lock _writer = new();

    internal Ledger(string connectionString, string contentRoot, Merchants merchants, Payers payers)
    {
        Merchants = merchants;
        Payers = payers;
        SqliteConnectionStringBuilder file = new(connectionString) { Pooling = false };
        if (file.DataSource is not (":memory:" or ""))
        {
            file.DataSource = Path.GetFullPath(file.DataSource, contentRoot);
            MakePrivate(file.DataSource);
        }

        _connection = new SqliteConnection(file.ConnectionString);
        _connection.Open();
        // Durable when the process is killed; after a power failure the last transactions may be lost, which a sandbox accepts.
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = NORMAL");
        Prepare(file.DataSource);
    }

    internal Merchants Merchants { get; }

    internal Payers Payers { get; }

    /// <summary>Runs the work in one exclusive transaction.</summary>
    internal T Run<T>(Func<LedgerSession, T> work)
    {
        lock (_writer)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            T result = work(new LedgerSession(_connection, transaction, Merchants, Payers));
            transaction.Commit();
            return result;
        }
    }

    public void Dispose()
    {
        lock (_writer)
        {
            _connection.Dispose();
        }
    }

    // Readable for this program's user only, because it holds testers' phone numbers. SQLite gives -wal and -shm the same mode.
    private static void MakePrivate(string file)
    {
        string folder = Path.GetDirectoryName(file)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Directory.CreateDirectory(folder, own | UnixFileMode.UserExecute);
        new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = own,
        }).Dispose();
        foreach (string old in (string[])[file, file + "-wal", file + "-shm"])
        {
            if (File.Exists(old))
            {
                File.SetUnixFileMode(old, own);
            }
        }
    }

    private void Prepare(string file)
    {
        using SqliteCommand version = _connection.CreateCommand();
        version.CommandText = "PRAGMA user_version";
        long found = (long)version.ExecuteScalar()!;
        if (found > SchemaVersions.Count)
        {
            throw new InvalidOperationException(
                $"The sandbox's file {file} was made by a newer version of it: delete the file or set "
                + "Sandbox:ConnectionString to another.");
        }

        using SqliteTransaction transaction = _connection.BeginTransaction();
        foreach (string step in SchemaVersions.Skip((int)found))
        {
            Execute(step, transaction);
        }

        Execute($"PRAGMA user_version = {SchemaVersions.Count}", transaction);
        transaction.Commit();
    }

    private void Execute(string sql, SqliteTransaction? transaction = null)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Only the constants above.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
