using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace KhaltiCheckout.Storage;

/// <summary>What an exception of PostgreSQL's says about the write that it ended. Pure.</summary>
internal static class PostgreSqlErrors
{
    // The server gave up a write that said nothing for long, and its connection with it.
    private const string IdleInTransaction = "25P03";

    /// <summary>Whether it is certain that nothing of the write was committed, and another round may bring it through.</summary>
    internal static bool NothingHappened(Exception failure, bool isCommitting) =>
        IsConflict(failure) || (!isCommitting && (IsLostConnection(failure) || IsTimeout(failure)));

    /// <summary>Another was in the way: the transaction was undone, also when it was told so at its commit.</summary>
    internal static bool IsConflict(Exception failure) =>
        failure is ConcurrencyConflictException or DbUpdateConcurrencyException
        || Of(failure) is PostgresException
        {
            SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation
        };

    /// <summary>No connection was free in time, or the database did not answer in time.</summary>
    internal static bool IsTimeout(Exception failure) =>
        Of(failure) is { InnerException: TimeoutException } or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled };

    /// <summary>The connection broke, or none can be had: the server restarts, an operator ended it, too many are open. Where
    /// it breaks while a statement is about to be sent, Npgsql falls over what it has just put away.</summary>
    internal static bool IsLostConnection(Exception failure) => WasPutAway(failure) || Of(failure) switch
    {
        PostgresException { SqlState: var state } =>
            state is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
                or PostgresErrorCodes.TooManyConnections or IdleInTransaction
            || state.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException { IsTransient: true } => true,
        _ => false,
    };

    /// <summary>Whether a question outside any write never got an answer.</summary>
    internal static bool CouldNotAsk(Exception failure) =>
        failure is not CommitUnknownException && (IsLostConnection(failure) || IsTimeout(failure));

    // By its name, which nothing of ours has: another object that was put away is a bug, and tried again would only hide it.
    private static bool WasPutAway(Exception? failure) =>
        failure is ObjectDisposedException { ObjectName: "System.Threading.ManualResetEventSlim" }
        || (failure is not null && WasPutAway(failure.InnerException));

    private static NpgsqlException? Of(Exception? failure) =>
        failure as NpgsqlException ?? (failure is null ? null : Of(failure.InnerException));
}
