using System.Data.Common;
using Khalti.Client;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Storage;

/// <summary>A session through ADO.NET, for a database at the other end of a wire. Its provider keeps prepared statements.</summary>
/// <param name="connection">Open.</param>
/// <param name="locksRows">Whether what is read in order to change it is locked, because others may write meanwhile.</param>
internal sealed class AdoSession(DbConnection connection, bool locksRows) : SqlSession(connection)
{
    internal override string ForUpdate => locksRows ? " FOR UPDATE" : "";

    internal override async Task<int> ExecuteAsync(string sql, params object?[] values)
    {
        await using DbBatch batch = Batch([(sql, values)]);
        return await batch.ExecuteNonQueryAsync();
    }

    // All at once: every way there and back is time in which rows are locked.
    internal override async Task ChangeAsync(string orderId, IEnumerable<SqlChange> changes)
    {
        SqlChange[] all = [.. changes];
        if (all.Length == 0)
        {
            return;
        }

        await using DbBatch batch = Batch(all.Select(change => (change.Sql, change.Values)));
        await batch.ExecuteNonQueryAsync();
        for (int place = 0; place < all.Length; place++)
        {
            all[place].Check(batch.BatchCommands[place].RecordsAffected, orderId);
        }
    }

    internal override async Task<List<T>> ListAsync<T>(string sql, Func<SqlRow, T> read, params object?[] values)
    {
        await using DbBatch batch = Batch([(sql, values)]);
        await using DbDataReader reader = await batch.ExecuteReaderAsync();
        AdoRow row = new(reader);
        List<T> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(read(row));
        }

        return rows;
    }

    private DbBatch Batch(IEnumerable<(string Sql, object?[] Values)> statements)
    {
        DbBatch batch = Connection.CreateBatch();
        batch.Transaction = Transaction;
        foreach ((string sql, object?[] values) in statements)
        {
            DbBatchCommand command = batch.CreateBatchCommand();
            command.CommandText = sql;
            for (int place = 0; place < values.Length; place++)
            {
                DbParameter parameter = command.CreateParameter();
                parameter.ParameterName = $"@p{place}";
                parameter.Value = values[place] switch
                {
                    null => DBNull.Value,
                    DateTimeOffset instant => StorageFormat.Instant(instant),
                    string text => StorageFormat.Text(text),
                    Paisa amount => (long)amount,
                    var value => value,
                };
                command.Parameters.Add(parameter);
            }

            batch.BatchCommands.Add(command);
        }

        return batch;
    }

    private sealed class AdoRow(DbDataReader reader) : SqlRow
    {
        internal override bool IsNull(int column) => reader.IsDBNull(column);

        internal override string Text(int column) => reader.GetString(column);

        internal override long Number(int column) => reader.GetInt64(column);

        internal override bool Flag(int column) => reader.GetBoolean(column);

        internal override DateTimeOffset Instant(int column) => new(DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc));

        internal override DateOnly Day(int column) => reader.GetFieldValue<DateOnly>(column);
    }
}
