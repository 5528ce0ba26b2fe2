using System.Collections.Concurrent;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace KhaltiCheckout.Tests.Support;

/// <summary>
/// A database for one test: a SQLite file in its folder, or one of its own on the PostgreSQL server of the run, as
/// <c>TEST_DATABASE</c> says. Tests that look at what only one of the two has carry the trait <c>Database</c>.
/// </summary>
internal sealed class TestDatabase : IDisposable
{
    // All that a test could have changed but rows, in one word.
    private const string Shape = """
        SELECT md5(string_agg(one, chr(10) ORDER BY one)) FROM (
          SELECT 'relation ' || oid::regclass || relkind::text || coalesce(relacl::text, '') AS one FROM pg_class
              WHERE relnamespace = 'public'::regnamespace
          UNION ALL SELECT 'column ' || attrelid::regclass || attnum || attname || atttypid || atttypmod || attnotnull
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace
          UNION ALL SELECT 'default ' || adrelid::regclass || adnum || pg_get_expr(adbin, adrelid) FROM pg_attrdef
          UNION ALL SELECT 'constraint ' || conname || pg_get_constraintdef(oid) FROM pg_constraint
              WHERE connamespace = 'public'::regnamespace
          UNION ALL SELECT 'index ' || pg_get_indexdef(indexrelid) || indisvalid
            FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace
          UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
          UNION ALL SELECT 'function ' || pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
          UNION ALL SELECT 'analyzed ' || starelid::regclass
            FROM pg_statistic JOIN pg_class ON pg_class.oid = starelid WHERE relnamespace = 'public'::regnamespace
          UNION ALL SELECT 'schema ' || nspname FROM pg_namespace) AS all_of_it
        """;

    // Made once a run; each database is a copy of it.
    private static readonly Lazy<Model> Template = new(MakeTemplate);
    private static readonly Lazy<byte[]> TemplateFile = new(MakeTemplateFile);

    // To make a database and to drop it takes PostgreSQL longer than most tests last, so one whose test changed nothing but rows
    // serves the next.
    private static readonly ConcurrentBag<string> Idle = [];

    private readonly string? _name;
    private readonly bool _ofTemplate;

    private TestDatabase(string? name, string connectionString, bool ofTemplate = false) =>
        (_name, ConnectionString, _ofTemplate) = (name, connectionString, ofTemplate);

    /// <summary>How to reach the server, as one who may make databases; null when the run has none.</summary>
    internal static string? Server => Environment.GetEnvironmentVariable("TEST_POSTGRESQL");

    internal static bool IsPostgreSql =>
        string.Equals(Environment.GetEnvironmentVariable("TEST_DATABASE"), DatabaseOptions.PostgreSql, StringComparison.OrdinalIgnoreCase);

    internal static string Provider => IsPostgreSql ? DatabaseOptions.PostgreSql : DatabaseOptions.Sqlite;

    internal string ConnectionString { get; }

    internal (string Key, string? Value)[] Settings =>
        [("Database:Provider", _name is null ? DatabaseOptions.Sqlite : DatabaseOptions.PostgreSql),
            ("Database:ConnectionString", ConnectionString)];

    internal string[] Arguments => [.. Settings.Select(setting => $"--{setting.Key}={setting.Value}")];

    internal static TestDatabase In(string folder) =>
        IsPostgreSql ? OnServer() : new TestDatabase(null, $"Data Source={folder}/checkout.db");

    /// <summary>With the tables, also on SQLite: for tests whose subject is not how a shop makes them at its first start.</summary>
    internal static TestDatabase WithTablesIn(string folder)
    {
        if (!IsPostgreSql)
        {
            File.WriteAllBytes($"{folder}/checkout.db", TemplateFile.Value);
        }

        return In(folder);
    }

    /// <summary>A copy of this database; on SQLite its files exist already. Requires that no client is connected to this one.</summary>
    internal TestDatabase CopyIn(string folder) => _name is null ? In(folder) : CopyOf(_name);

    /// <summary>On PostgreSQL, whatever the others are on. With the tables, or without.</summary>
    internal static TestDatabase OnServer(bool empty = false) =>
        empty ? CopyOf("template0")
        : Idle.TryTake(out string? idle) ? new TestDatabase(idle, On(idle), ofTemplate: true)
        : CopyOf(Template.Value.Name);

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
            """
                SELECT query_to_xml('SELECT * FROM ' || quote_ident(tablename), true, false, '')::text
                FROM pg_tables WHERE schemaname = 'public'
                """, connection);
        using NpgsqlDataReader reader = command.ExecuteReader();
        System.Text.StringBuilder all = new();
        while (reader.Read())
        {
            all.Append(reader.GetString(0));
        }

        return all.ToString();
    }

    /// <summary>Blocks writers of this table until it is disposed, as another process would. Readers are not blocked.</summary>
    internal IDisposable BlockWriters(string table)
    {
        System.Data.Common.DbConnection connection =
            _name is null
                ? new Microsoft.Data.Sqlite.SqliteConnection(ConnectionString + ";Pooling=False") : new NpgsqlConnection(ConnectionString);
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
        if (_name is null)
        {
            return;
        }

        if (_ofTemplate && TryEmpty(_name, Template.Value))
        {
            Idle.Add(_name);
        }
        else
        {
            Drop(_name);
        }
    }

    /// <summary>On PostgreSQL, as the one who made the database: what no shop does.</summary>
    internal void Run(string sql) => Execute(ConnectionString, sql);

    private static void Execute(string sql) => Execute(On("postgres"), sql);

    private static void Execute(string connectionString, string sql)
    {
        using NpgsqlConnection connection = new(connectionString);
        connection.Open();
        Execute(connection, sql);
    }

#pragma warning disable CA2100 // Names that are made here.
    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using NpgsqlCommand command = new(sql, connection);
        command.ExecuteNonQuery();
    }

    private static string? Ask(NpgsqlConnection connection, string sql)
    {
        using NpgsqlCommand command = new(sql, connection);
        return (string?)command.ExecuteScalar();
    }
#pragma warning restore CA2100

    private static TestDatabase CopyOf(string template)
    {
        string name = $"checkout_{Guid.NewGuid():N}";
        Execute($"CREATE DATABASE \"{name}\" TEMPLATE \"{template}\" STRATEGY FILE_COPY");
        return new TestDatabase(name, On(name), ofTemplate: template == Template.Value.Name);
    }

    private static void Drop(string name) => Execute($"DROP DATABASE \"{name}\" WITH (FORCE)");

    // As it came from the template, unless its test has changed more than rows. A database that can't be emptied fails no test: it
    // is dropped.
    private static bool TryEmpty(string name, Model model)
    {
        try
        {
            return IsEmptied(name, model);
        }
        catch (NpgsqlException exception)
        {
            Console.WriteLine($"{name} could not be emptied: {exception.Message}");
            return false;
        }
    }

    // A process that the test killed may still have a session here, with a transaction open.
    private static bool IsEmptied(string name, Model model)
    {
        using (NpgsqlConnection pooled = new(On(name)))
        {
            NpgsqlConnection.ClearPool(pooled);
        }

        Execute($"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'");
        using NpgsqlConnection connection = new(On(name) + ";Pooling=False");
        connection.Open();
        if (Ask(connection, Shape) != model.Shape)
        {
            return false;
        }

        Execute(connection, $"TRUNCATE {model.Tables} RESTART IDENTITY; {model.Rows}");
        return true;
    }

    private static string On(string database) =>
        new NpgsqlConnectionStringBuilder(
            Server ?? throw new InvalidOperationException("TEST_POSTGRESQL names no server: see tests/postgresql."))
        {
            Database = database,
        }.ToString();

    private static Model MakeTemplate()
    {
        string name = $"checkout_template_{Guid.NewGuid():N}";
        Execute($"CREATE DATABASE \"{name}\" TEMPLATE template0");
        using (NpgsqlDataSource pool = NpgsqlDataSource.Create(On(name)))
        {
            DbContextOptions<PostgreSqlCheckoutDb> options = new DbContextOptionsBuilder<PostgreSqlCheckoutDb>().UseNpgsql(pool).Options;
            using PostgreSqlCheckoutDb db = new(options, new PostgreSqlDatabase(pool, new OrderChanges()), pool);
            db.Database.Migrate();
        }

        AppDomain.CurrentDomain.ProcessExit += (_, _) => Idle.Append(name).ToList().ForEach(Drop);
        using NpgsqlConnection connection = new(On(name) + ";Pooling=False");
        connection.Open();

        // What the migrations put in.
        string tables = Ask(connection, "SELECT string_agg(quote_ident(tablename), ',') FROM pg_tables WHERE schemaname = 'public'")!;
        string rows = string.Join('\n', tables.Split(',').Select(table => Ask(connection, $"""
            SELECT format('INSERT INTO %1$s SELECT * FROM json_populate_recordset(NULL::%1$s, %2$L);', '{table}', json_agg(one))
            FROM {table} AS one HAVING count(*) > 0
            """)));
        return new Model(name, Ask(connection, Shape)!, tables, rows);
    }

    private static byte[] MakeTemplateFile()
    {
        string folder = Directory.CreateTempSubdirectory("checkout-template-").FullName;
        string connectionString = $"Data Source={folder}/checkout.db;Pooling=False";
        DbContextOptions<CheckoutDb> options = new DbContextOptionsBuilder<CheckoutDb>().UseSqlite(connectionString).Options;
        using (CheckoutDb db = new(options, new SqliteDatabase(connectionString, new OrderChanges())))
        {
            db.Database.OpenConnection();
            SqliteSettings.UseWriteAheadLog(db.Database.GetDbConnection());
            db.Database.Migrate();
        }

        byte[] file = File.ReadAllBytes($"{folder}/checkout.db");
        Directory.Delete(folder, recursive: true);
        return file;
    }

    /// <param name="Name">The database.</param>
    /// <param name="Shape">What <see cref="TestDatabase.Shape"/> says of it.</param>
    /// <param name="Tables">As SQL takes them, with commas.</param>
    /// <param name="Rows">SQL that puts in what it has in it.</param>
    private sealed record Model(string Name, string Shape, string Tables, string Rows);
}
