using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace KhaltiCheckout.Tests.PostgreSql;

/// <summary>Which errors may be retried: never a commit that may have happened.</summary>
public sealed class PostgreSqlErrorsTests
{
    public static TheoryData<string, bool, bool> Failures => new()
    {
        { "serialization", true, true },
        { "unique", true, true },
        { "shutdown", true, false },
        { "idle", true, false },
        { "broken", true, false },
        { "put away", true, false },
        { "put away while EF Core saved", true, false },
        { "ours put away", false, false },
        { "syntax", false, false },
        { "ours", false, false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Only_errors_without_an_effect_are_retried(string trouble, bool beforeItsCommit, bool atItsCommit)
    {
        Exception failure = trouble switch
        {
            "serialization" => Server("40001"),
            "unique" => Server("23505"),
            "shutdown" => Server("57P01"),
            "idle" => Server("25P03"),
            "broken" => new NpgsqlException("broken", new IOException("reset by peer")),
            "put away" => PutAway(),
            "put away while EF Core saved" => new DbUpdateException("not saved", PutAway()),
            "ours put away" => new ObjectDisposedException(nameof(CheckoutDb)),
            "syntax" => Server("42601"),
            _ => new InvalidOperationException("a bug of ours"),
        };

        PostgreSqlErrors.NothingHappened(failure, isCommitting: false).ShouldBe(beforeItsCommit);
        PostgreSqlErrors.NothingHappened(failure, isCommitting: true).ShouldBe(atItsCommit);
    }

    private static ObjectDisposedException PutAway()
    {
        ManualResetEventSlim gone = new();
        gone.Dispose();
        return Should.Throw<ObjectDisposedException>(gone.Reset);
    }

    private static PostgresException Server(string state) => new("no", "ERROR", "ERROR", state);
}
