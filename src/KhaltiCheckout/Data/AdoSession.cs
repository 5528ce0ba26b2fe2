using System.Data.Common;
using Khalti.Client;

namespace KhaltiCheckout.Data;

/// <summary>A session through ADO.NET, for a database at the other end of a wire. Its provider keeps prepared statements.</summary>
internal sealed class AdoSession(DbConnection connection) : SqlSession(connection)
{
    internal override async Task<int> ExecuteAsync(string sql, params object?[] values)
    {
        await using DbCommand command = Command(sql, values);
        return await command.ExecuteNonQueryAsync();
    }

    internal override async Task<List<T>> ListAsync<T>(string sql, Func<SqlRow, T> read, params object?[] values)
    {
        await using DbCommand command = Command(sql, values);
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        AdoRow row = new(reader);
        List<T> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(read(row));
        }

        return rows;
    }

    private DbCommand Command(string sql, object?[] values)
    {
        DbCommand command = Connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = Transaction;
        for (int place = 0; place < values.Length; place++)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = $"@p{place}";
            parameter.Value = values[place] switch
            {
                null => DBNull.Value,
                DateTimeOffset instant => Stored.Instant(instant),
                string text => Stored.Text(text),
                Paisa amount => (long)amount,
                var value => value,
            };
            command.Parameters.Add(parameter);
        }

        return command;
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
