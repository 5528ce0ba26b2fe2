using System.Text;
using Khalti.Client;
using KhaltiCheckout.Shared;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace KhaltiCheckout.Storage;

/// <summary>
/// A session on SQLite's own interface: the database is in this process, so a statement is done when it has been called, and
/// what ADO.NET does around one costs more than the statement. Each is prepared once and kept.
/// </summary>
internal sealed class SqliteSession(SqliteConnection connection) : SqlSession(connection)
{
    private readonly sqlite3 _database = connection.Handle!;
    private readonly Dictionary<string, Statement> _statements = new(new ByLength());

    public override async ValueTask DisposeAsync()
    {
        foreach (Statement statement in _statements.Values)
        {
            statement.Dispose();
        }

        await base.DisposeAsync();
    }

    internal override Task<int> ExecuteAsync(string sql, params object?[] values)
    {
        Statement statement = Prepared(sql);
        try
        {
            statement.Bind(values);
            while (statement.Step())
            {
                // Rows that nobody asked for.
            }

            return Task.FromResult(raw.sqlite3_changes(_database));
        }
        finally
        {
            statement.Reset();
        }
    }

    internal override Task<List<T>> ListAsync<T>(string sql, Func<SqlRow, T> read, params object?[] values)
    {
        Statement statement = Prepared(sql);
        try
        {
            statement.Bind(values);
            List<T> rows = [];
            while (statement.Step())
            {
                rows.Add(read(statement));
            }

            return Task.FromResult(rows);
        }
        finally
        {
            statement.Reset();
        }
    }

    private Statement Prepared(string sql)
    {
        // SQLite gives up a transaction by itself when the disk is full, and what came next would be a commit of its own.
        if (Transaction is not null && raw.sqlite3_get_autocommit(_database) != 0)
        {
            throw new InvalidOperationException("The transaction is over already.");
        }

        if (!_statements.TryGetValue(sql, out Statement? statement))
        {
            int result = raw.sqlite3_prepare_v2(_database, sql, out sqlite3_stmt handle, out string rest);
            if (result != raw.SQLITE_OK)
            {
                throw Failure(_database);
            }

            if (!string.IsNullOrWhiteSpace(rest))
            {
                handle.Dispose();
                throw new ArgumentException("More than one statement.", nameof(sql));
            }

            _statements.Add(sql, statement = new Statement(_database, handle));
        }

        return statement;
    }

    /// <summary>The length of a statement says which one it is nearly as well as the whole of its long text.</summary>
    private sealed class ByLength : IEqualityComparer<string>
    {
        public bool Equals(string? one, string? other) => string.Equals(one, other, StringComparison.Ordinal);

        public int GetHashCode(string text) => text.Length;
    }

    private static SqliteException Failure(sqlite3 database) => new(
        raw.sqlite3_errmsg(database).utf8_to_string(), raw.sqlite3_errcode(database) & 0xFF, raw.sqlite3_extended_errcode(database));

    /// <summary>A prepared statement, and the row where it stands.</summary>
    private sealed class Statement(sqlite3 database, sqlite3_stmt handle) : SqlRow, IDisposable
    {
        private const int UsualText = 512;

        // SQLite numbers parameters as they come in the text.
        private readonly int[] _places =
            [.. Enumerable.Range(0, raw.sqlite3_bind_parameter_count(handle))
                .Select(place => raw.sqlite3_bind_parameter_index(handle, $"@p{place}"))];

        public void Dispose() => handle.Dispose();

        internal void Bind(object?[] values)
        {
            // A value that was forgotten would be the one of the last call.
            if (values.Length != _places.Length)
            {
                throw new ArgumentException($"{_places.Length} values are wanted, {values.Length} given.", nameof(values));
            }

            for (int place = 0; place < values.Length; place++)
            {
                if (Bind(_places[place], values[place]) != raw.SQLITE_OK)
                {
                    throw Failure(database);
                }
            }
        }

        /// <summary>False at the end.</summary>
        internal bool Step()
        {
            int result = raw.sqlite3_step(handle);
            return result is raw.SQLITE_ROW or raw.SQLITE_DONE ? result == raw.SQLITE_ROW : throw Failure(database);
        }

        // What went wrong in the last step was said by it.
        internal void Reset() => raw.sqlite3_reset(handle);

        internal override bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

        internal override string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

        internal override long Number(int column)
        {
            long number = raw.sqlite3_column_int64(handle, column);
            return number == 0 && IsNull(column) ? throw Missing(column) : number;
        }

        internal override bool Flag(int column) => Number(column) != 0;

        internal override DateTimeOffset Instant(int column) => SqliteText.ReadInstant(Bytes(column));

        internal override DateOnly Day(int column) => DateOnly.FromDateTime(SqliteText.ReadInstant(Bytes(column)).UtcDateTime);

        // SQLite returns 0 or an empty text for NULL, so NULL is checked: an empty column must not be read as an amount of 0.
        private ReadOnlySpan<byte> Bytes(int column)
        {
            ReadOnlySpan<byte> bytes = raw.sqlite3_column_blob(handle, column);
            return bytes.IsEmpty && IsNull(column) ? throw Missing(column) : bytes;
        }

        private static InvalidOperationException Missing(int column) => new($"Column {column} is null.");

        private int Bind(int place, object? value) => value switch
        {
            null => raw.sqlite3_bind_null(handle, place),
            string text => Bind(place, StorageFormat.Text(text)),
            int number => raw.sqlite3_bind_int64(handle, place, number),
            long number => raw.sqlite3_bind_int64(handle, place, number),
            bool flag => raw.sqlite3_bind_int64(handle, place, flag ? 1 : 0),
            Paisa amount => raw.sqlite3_bind_int64(handle, place, (long)amount),
            DateTimeOffset instant => Bind(place, StorageFormat.Instant(instant)),
            DateOnly day => Bind(place, day),
            _ => throw new ArgumentException($"{value.GetType()} has no column type.", nameof(value)),
        };

        private int Bind(int place, string text)
        {
            if (text.Length == 0)
            {
                return raw.sqlite3_bind_text(handle, place, ""); // as bytes it would be null
            }

            Span<byte> bytes = stackalloc byte[UsualText];
            return Encoding.UTF8.TryGetBytes(text, bytes, out int length)
                ? raw.sqlite3_bind_text(handle, place, bytes[..length])
                : raw.sqlite3_bind_text(handle, place, Encoding.UTF8.GetBytes(text));
        }

        private int Bind(int place, DateTime instant)
        {
            Span<byte> bytes = stackalloc byte[SqliteText.MaxInstantLength];
            return raw.sqlite3_bind_text(handle, place, bytes[..SqliteText.Write(instant, bytes)]);
        }

        private int Bind(int place, DateOnly day)
        {
            Span<byte> bytes = stackalloc byte[SqliteText.MaxInstantLength];
            SqliteText.Write(day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc), bytes);
            return raw.sqlite3_bind_text(handle, place, bytes[..SqliteText.Day]);
        }
    }
}
