using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace KhaltiCheckout.Storage;

/// <summary>The context that <c>dotnet ef</c> makes SQLite's migrations with: see CONTRIBUTING.md.</summary>
internal sealed class DesignTime : IDesignTimeDbContextFactory<CheckoutDb>
{
    public CheckoutDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<CheckoutDb>().UseSqlite("Data Source=design.db").Options,
            new SqliteDatabase("Data Source=design.db", new OrderChanges()));
}

/// <summary>The same for the migrations of PostgreSQL, which EF Core tells apart by the type of the context.</summary>
internal sealed class PostgreSqlDesignTime : IDesignTimeDbContextFactory<PostgreSqlCheckoutDb>
{
    private static readonly Npgsql.NpgsqlDataSource Nowhere = Npgsql.NpgsqlDataSource.Create("Host=nowhere");

    public PostgreSqlCheckoutDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgreSqlCheckoutDb>().UseNpgsql(Nowhere).Options,
            new PostgreSqlDatabase(Nowhere, new OrderChanges()), Nowhere);
}
