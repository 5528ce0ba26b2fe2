using KhaltiCheckout.Data;
using KhaltiCheckout.Orders;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace KhaltiCheckout.Tests.Support;

/// <summary>
/// A database for one test: a SQLite file in its folder, or one of its own on the PostgreSQL server of the run, as
/// <c>TEST_DATABASE</c> says. Tests that look at what only one of the two has carry the trait <c>Database</c>.
/// </summary>
internal sealed class TestDatabase : IDisposable
{
    // Made once a run; each database is a copy of it.
    private static readonly Lazy<string> Template = new(MakeTemplate);
    private static readonly Lazy<byte[]> TemplateFile = new(MakeTemplateFile);

    private readonly string? _name;

    private TestDatabase(string? name, string connectionString) => (_name, ConnectionString) = (name, connectionString);

    /// <summary>How to reach the server, as one who may make databases; null when the run has none.</summary>
    internal static string? Server => Environment.GetEnvironmentVariable("TEST_POSTGRESQL");

    internal static bool IsPostgreSql =>
        string.Equals(Environment.GetEnvironmentVariable("TEST_DATABASE"), DatabaseOptions.PostgreSql, StringComparison.OrdinalIgnoreCase);

    internal static string Provider => IsPostgreSql ? DatabaseOptions.PostgreSql : DatabaseOptions.Sqlite;

    internal string ConnectionString { get; }

    internal (string Key, string? Value)[] Settings =>
        [("Database:Provider", _name is null ? DatabaseOptions.Sqlite : DatabaseOptions.PostgreSql), ("Database:ConnectionString", ConnectionString)];

    internal string[] Arguments => [.. Settings.Select(setting => $"--{setting.Key}={setting.Value}")];

    internal static TestDatabase In(string folder) =>
        IsPostgreSql ? OnServer(Template.Value) : new TestDatabase(null, $"Data Source={folder}/checkout.db");

    /// <summary>With the tables, also on SQLite: for tests whose subject is not how a shop makes them at its first start.</summary>
    internal static TestDatabase WithTablesIn(string folder)
    {
        if (!IsPostgreSql)
        {
            File.WriteAllBytes($"{folder}/checkout.db", TemplateFile.Value);
        }

        return In(folder);
    }

    /// <summary>One with the same in it, for which on SQLite the files are there already. Nobody may be connected to this one.</summary>
    internal TestDatabase CopyIn(string folder) => _name is null ? In(folder) : OnServer(_name);

    /// <summary>On PostgreSQL, whatever the others are on. With the tables, or without.</summary>
    internal static TestDatabase OnServer(bool empty = false) => OnServer(empty ? "template0" : Template.Value);

    /// <summary>All that is stored, to look for what must not be. Of SQLite the files, with what was deleted and what is not
    /// checkpointed yet.</summary>
    internal string Everything()
    {
        if (_name is null)
        {
            string file = new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(ConnectionString).DataSource;
            return string.Concat(Directory.GetFiles(Path.GetDirectoryName(file)!, Path.GetFileName(file) + "*").Select(ReadShared));
        }

        using NpgsqlConnection connection = new(ConnectionString);
        connection.Open();
        using NpgsqlCommand command = new(
            "SELECT query_to_xml('SELECT * FROM ' || quote_ident(tablename), true, false, '')::text FROM pg_tables WHERE schemaname = 'public'", connection);
        using NpgsqlDataReader reader = command.ExecuteReader();
        System.Text.StringBuilder all = new();
        while (reader.Read())
        {
            all.Append(reader.GetString(0));
        }

        return all.ToString();
    }

    /// <summary>Until it is disposed, whoever wants to write into this table waits, as behind another process. Readers don't.</summary>
    internal IDisposable BlockWriters(string table)
    {
        System.Data.Common.DbConnection connection =
            _name is null ? new Microsoft.Data.Sqlite.SqliteConnection(ConnectionString + ";Pooling=False") : new NpgsqlConnection(ConnectionString);
        connection.Open();
        using System.Data.Common.DbCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // A table of ours.
        command.CommandText = _name is null ? "BEGIN IMMEDIATE" : $"BEGIN; LOCK TABLE \"{table}\" IN EXCLUSIVE MODE";
#pragma warning restore CA2100
        command.ExecuteNonQuery();
        return connection;
    }

    private static string ReadShared(string file)
    {
        using FileStream bytes = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader text = new(bytes, System.Text.Encoding.Latin1);
        return text.ReadToEnd();
    }

    public void Dispose()
    {
        if (_name is not null)
        {
            Execute($"DROP DATABASE \"{_name}\" WITH (FORCE)");
        }
    }

    /// <summary>On PostgreSQL, as the one who made the database: what no shop does.</summary>
    internal void Run(string sql) => Execute(ConnectionString, sql);

    private static void Execute(string sql) => Execute(On("postgres"), sql);

    private static void Execute(string connectionString, string sql)
    {
        using NpgsqlConnection connection = new(connectionString);
        connection.Open();
#pragma warning disable CA2100 // Names that are made here.
        using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static TestDatabase OnServer(string template)
    {
        string name = $"checkout_{Guid.NewGuid():N}";
        Execute($"CREATE DATABASE \"{name}\" TEMPLATE \"{template}\" STRATEGY FILE_COPY");
        return new TestDatabase(name, On(name));
    }

    private static string On(string database) =>
        new NpgsqlConnectionStringBuilder(Server ?? throw new InvalidOperationException("TEST_POSTGRESQL names no server: see tests/postgresql."))
        {
            Database = database,
        }.ToString();

    private static string MakeTemplate()
    {
        string name = $"checkout_template_{Guid.NewGuid():N}";
        Execute($"CREATE DATABASE \"{name}\" TEMPLATE template0");
        using (NpgsqlDataSource pool = NpgsqlDataSource.Create(On(name)))
        {
            DbContextOptions<PostgreSqlCheckoutDb> options = new DbContextOptionsBuilder<PostgreSqlCheckoutDb>().UseNpgsql(pool).Options;
            using PostgreSqlCheckoutDb db = new(options, new PostgreSqlStore(pool, new OrderChanges()), pool);
            db.Database.Migrate();
        }

        AppDomain.CurrentDomain.ProcessExit += (_, _) => Execute($"DROP DATABASE \"{name}\" WITH (FORCE)");
        return name;
    }

    private static byte[] MakeTemplateFile()
    {
        string folder = Directory.CreateTempSubdirectory("checkout-template-").FullName;
        string connectionString = $"Data Source={folder}/checkout.db;Pooling=False";
        DbContextOptions<CheckoutDb> options = new DbContextOptionsBuilder<CheckoutDb>().UseSqlite(connectionString).Options;
        using (CheckoutDb db = new(options, new SqliteStore(connectionString, new OrderChanges())))
        {
            db.Database.OpenConnection();
            SqliteSettings.UseWriteAheadLog(db.Database.GetDbConnection());
            db.Database.Migrate();
        }

        byte[] file = File.ReadAllBytes($"{folder}/checkout.db");
        Directory.Delete(folder, recursive: true);
        return file;
    }
}
