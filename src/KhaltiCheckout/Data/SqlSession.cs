using System.Data.Common;
using Khalti.Client;

namespace KhaltiCheckout.Data;

/// <summary>
/// Plain SQL on one connection, for the statements that every checkout runs. Values are given in order and stand in the text
/// as <c>@p0</c>, <c>@p1</c> and so on. One caller at a time.
/// </summary>
/// <param name="connection">Open.</param>
/// <param name="keepCommands">Whether the connection is ours for good, and the database in this process: then a statement is
/// prepared once and kept, and is done when it has been called.</param>
internal sealed class SqlSession(DbConnection connection, bool keepCommands) : IAsyncDisposable
{
    private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);
    private HashSet<string> _changed = new(StringComparer.Ordinal);

    internal DbConnection Connection => connection;

    internal DbTransaction? Transaction { get; private set; }

    /// <summary>Orders that the work under way has changed.</summary>
    internal IReadOnlyCollection<string> Changed => _changed;

    public async ValueTask DisposeAsync()
    {
        foreach (DbCommand command in _commands.Values)
        {
            await command.DisposeAsync();
        }

        await connection.DisposeAsync();
    }

    /// <summary>Work begins, perhaps again.</summary>
    internal void Forget() => _changed = new(StringComparer.Ordinal);

    internal void Change(string orderId) => _changed.Add(orderId);

    internal async Task<DbTransaction> BeginAsync(System.Data.IsolationLevel isolation = System.Data.IsolationLevel.Unspecified) =>
        Transaction = await connection.BeginTransactionAsync(isolation);

    internal void End() => Transaction = null;

    /// <summary>Gives back how many rows were changed.</summary>
    internal Task<int> ExecuteAsync(string sql, params object?[] values) =>
        keepCommands ? Task.FromResult(Prepared(sql, values).ExecuteNonQuery()) : ExecuteOnceAsync(sql, values);

    internal Task<List<T>> ListAsync<T>(string sql, Func<DbDataReader, T> read, params object?[] values) =>
        keepCommands ? Task.FromResult(List(Prepared(sql, values), read)) : ListOnceAsync(sql, read, values);

    /// <summary>The first row, or the default where there is none.</summary>
    internal async Task<T?> FindAsync<T>(string sql, Func<DbDataReader, T> read, params object?[] values)
    {
        List<T> rows = await ListAsync(sql, read, values);
        return rows.Count == 0 ? default : rows[0];
    }

    // A database in this process has nothing to wait for.
    private static List<T> List<T>(DbCommand command, Func<DbDataReader, T> read)
    {
        using DbDataReader reader = command.ExecuteReader();
        List<T> rows = [];
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private async Task<int> ExecuteOnceAsync(string sql, object?[] values)
    {
        await using DbCommand command = Prepared(sql, values);
        return await command.ExecuteNonQueryAsync();
    }

    private async Task<List<T>> ListOnceAsync<T>(string sql, Func<DbDataReader, T> read, object?[] values)
    {
        await using DbCommand command = Prepared(sql, values);
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        List<T> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private DbCommand Prepared(string sql, object?[] values)
    {
        if (!_commands.TryGetValue(sql, out DbCommand? command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (int place = 0; place < values.Length; place++)
            {
                DbParameter parameter = command.CreateParameter();
                parameter.ParameterName = $"@p{place}";
                command.Parameters.Add(parameter);
            }

            if (keepCommands)
            {
                _commands.Add(sql, command);
            }
        }

        command.Transaction = Transaction;
        for (int place = 0; place < values.Length; place++)
        {
            command.Parameters[place].Value = values[place] switch
            {
                null => DBNull.Value,
                DateTimeOffset instant => Stored.Instant(instant),
                string text => Stored.Text(text),
                Paisa amount => (long)amount,
                var value => value,
            };
        }

        return command;
    }
}

/// <summary>Columns as our types.</summary>
internal static class Columns
{
    extension(DbDataReader row)
    {
        internal string Text(int column) => row.GetString(column);

        internal string? TextOrNull(int column) => row.IsDBNull(column) ? null : row.GetString(column);

        internal int? NumberOrNull(int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

        internal Paisa Paisa(int column) => new(row.GetInt64(column));

        internal Paisa? PaisaOrNull(int column) => row.IsDBNull(column) ? null : new(row.GetInt64(column));

        internal DateTimeOffset Instant(int column) => new(DateTime.SpecifyKind(row.GetDateTime(column), DateTimeKind.Utc));

        internal DateTimeOffset? InstantOrNull(int column) => row.IsDBNull(column) ? null : row.Instant(column);

        internal DateOnly? DayOrNull(int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateOnly>(column);
    }
}
