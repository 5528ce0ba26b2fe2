using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace KhaltiCheckout.Storage;

/// <summary>The same tables in PostgreSQL. A type of its own because EF Core tells migrations apart by it.</summary>
public sealed class PostgreSqlCheckoutDb : CheckoutDb
{
    private readonly NpgsqlDataSource _pool;

    internal PostgreSqlCheckoutDb(DbContextOptions<PostgreSqlCheckoutDb> options, Database store, NpgsqlDataSource pool)
        : base(options, store) => _pool = pool;

    // A connection string that was asked for has no password any more: the pool makes the next one.
    private protected override void LeaveConnection(string? own) =>
        Database.SetDbConnection(_pool.CreateConnection(), contextOwnsConnection: true);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);

        // As SQLite has it: text of any length, compared byte by byte. Then ids sort by their time in every country, and an
        // index finds the beginning of a text.
        foreach (IMutableProperty property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            if ((property.GetValueConverter()?.ProviderClrType ?? property.ClrType) == typeof(string))
            {
                property.SetColumnType("text");
                property.SetCollation("C");
            }
        }
    }
}
