using System.Runtime.CompilerServices;

namespace KhaltiCheckout.Tests.Support;

/// <summary>A test that needs PostgreSQL. It has the trait <c>Database=PostgreSql</c>, so that a run without a server can filter
/// it out.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OnPostgreSqlAttribute : FactAttribute
{
    public OnPostgreSqlAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = TestDatabase.IsPostgreSql ? null : "Needs a PostgreSQL: tests/postgresql starts one.";
}
