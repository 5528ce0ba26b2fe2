using System.Data.Common;
using Khalti.Client;

namespace KhaltiCheckout.Storage;

/// <summary>
/// Plain SQL on one connection, for the statements that every checkout runs. Values are given in order and stand in the text
/// as <c>@p0</c>, <c>@p1</c> and so on. One caller at a time.
/// </summary>
/// <param name="connection">Open, and ours until the session ends.</param>
internal abstract class SqlSession(DbConnection connection) : IAsyncDisposable
{
    private List<string>? _changed;

    /// <summary>For EF Core, which joins the work.</summary>
    internal DbConnection Connection => connection;

    internal DbTransaction? Transaction { get; private set; }

    /// <summary>Orders that the work under way has changed.</summary>
    internal IReadOnlyCollection<string> Changed => _changed ?? [];

    public virtual ValueTask DisposeAsync() => connection.DisposeAsync();

    /// <summary>Work begins, perhaps again.</summary>
    internal void ForgetChanges() => _changed = null;

    internal void Change(string orderId) => (_changed ??= []).Add(orderId);

    internal async Task<DbTransaction> BeginAsync(System.Data.IsolationLevel isolation = System.Data.IsolationLevel.Unspecified) =>
        Transaction = await connection.BeginTransactionAsync(isolation);

    internal void End() => Transaction = null;

    /// <summary>What a question ends with whose rows nobody else may change until this work is done. Empty where nobody can.</summary>
    internal virtual string ForUpdate => "";

    /// <summary>Returns how many rows were changed.</summary>
    internal abstract Task<int> ExecuteAsync(string sql, params object?[] values);

    internal abstract Task<List<T>> ListAsync<T>(string sql, Func<SqlRow, T> read, params object?[] values);

    /// <exception cref="ConcurrencyConflictException">One that changes a row did not find it as it was read.</exception>
    internal virtual async Task ChangeAsync(string orderId, IEnumerable<SqlChange> changes)
    {
        foreach (SqlChange change in changes)
        {
            change.Check(await ExecuteAsync(change.Sql, change.Values), orderId);
        }
    }

    /// <summary>The first row, or the default where there is none.</summary>
    internal async Task<T?> FindAsync<T>(string sql, Func<SqlRow, T> read, params object?[] values)
    {
        List<T> rows = await ListAsync(sql, read, values);
        return rows.Count == 0 ? default : rows[0];
    }
}

/// <summary>A statement that adds a row, or changes one.</summary>
/// <param name="Adds">Else its condition names the version that was read.</param>
internal readonly record struct SqlChange(string Sql, object?[] Values, bool Adds)
{
    internal static SqlChange Add(string sql, params object?[] values) => new(sql, values, Adds: true);

    internal static SqlChange Update(string sql, object?[] values) => new(sql, values, Adds: false);

    internal void Check(int rows, string orderId)
    {
        if (!Adds && rows != 1)
        {
            throw new ConcurrencyConflictException(orderId);
        }
    }
}

/// <summary>One row of an answer, its columns as our types.</summary>
internal abstract class SqlRow
{
    internal abstract bool IsNull(int column);

    internal abstract string Text(int column);

    internal abstract long Number(int column);

    internal abstract bool Flag(int column);

    internal abstract DateTimeOffset Instant(int column);

    internal abstract DateOnly Day(int column);

    internal string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    internal int Count(int column) => checked((int)Number(column));

    internal int? CountOrNull(int column) => IsNull(column) ? null : Count(column);

    internal Paisa Paisa(int column) => new(Number(column));

    internal Paisa? PaisaOrNull(int column) => IsNull(column) ? null : Paisa(column);

    internal DateTimeOffset? InstantOrNull(int column) => IsNull(column) ? null : Instant(column);

    internal DateOnly? DayOrNull(int column) => IsNull(column) ? null : Day(column);
}
