using Khalti.Client;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace KhaltiCheckout.Storage;

/// <summary>The database. Reads are plain queries; everything that changes something goes through <see cref="WriteAsync{T}(Func{Task{T}},
/// CancellationToken)"/>.</summary>
public class CheckoutDb : DbContext
{
    private readonly Database _store;

    // Orders that the write under way has changed: whatever happens to one raises its version.
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);

    internal CheckoutDb(DbContextOptions options, Database store)
        : base(options) => _store = store;

    public DbSet<Order> Orders => Set<Order>();

    public DbSet<Payment> Payments => Set<Payment>();

    public DbSet<Refund> Refunds => Set<Refund>();

    public DbSet<ReceiptYear> ReceiptYears => Set<ReceiptYear>();

    public DbSet<SchemaVersion> SchemaVersions => Set<SchemaVersion>();

    public DbSet<RaisedReason> AttentionReasons => Set<RaisedReason>();

    public DbSet<TimelineEntry> Timeline => Set<TimelineEntry>();

    public DbSet<SearchTerm> SearchTerms => Set<SearchTerm>();

    /// <summary>Decides and saves in one transaction: see <see cref="Database.WriteAsync{T}(Isolation, Func{SqlSession, Task{T}},
    /// CancellationToken)"/>, whose rules are those of
    /// <paramref name="work"/>, too.</summary>
    internal Task<T> WriteAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken) => WriteAsync(_ => work(), cancellationToken);

    /// <param name="work">Is given the session for plain SQL in the same transaction.</param>
    /// <inheritdoc cref="WriteAsync{T}(Func{Task{T}}, CancellationToken)"/>
    internal Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken) => _store.WriteAsync(
        async sql =>
        {
            ChangeTracker.Clear();
            _changed.Clear();

            // Each piece of work stands or falls as a whole: the store sees to that.
            Database.AutoSavepointsEnabled = false;
            string? own = Database.GetConnectionString();
            Database.SetDbConnection(sql.Connection);
            await Database.UseTransactionAsync(sql.Transaction, CancellationToken.None);
            try
            {
                T result = await work(sql);
                await SaveChangesAsync(CancellationToken.None);
                foreach (string orderId in _changed)
                {
                    sql.Change(orderId);
                }

                return result;
            }
            finally
            {
                await Database.UseTransactionAsync(null, CancellationToken.None);
                LeaveConnection(own);
            }
        },
        cancellationToken);

    /// <summary>The store's connection goes back to it; what is read next has one of its own.</summary>
    private protected virtual void LeaveConnection(string? own)
    {
        Database.SetDbConnection(null);
        Database.SetConnectionString(own);
    }

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        _changed.UnionWith(
            ChangeTracker.Entries<Order>().Where(entry => entry.State != EntityState.Unchanged).Select(entry => entry.Entity.Id));
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(CheckoutDb).Assembly);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Paisa>().HaveConversion<PaisaConverter>();
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcConverter>();
        configurationBuilder.Properties<OrderStatus>().HaveConversion<SnakeCaseConverter<OrderStatus>>().HaveMaxLength(20);
        configurationBuilder.Properties<LineKind>().HaveConversion<SnakeCaseConverter<LineKind>>().HaveMaxLength(20);
        configurationBuilder.Properties<AttentionReason>().HaveConversion<SnakeCaseConverter<AttentionReason>>().HaveMaxLength(30);
        configurationBuilder.Properties<Actor>().HaveConversion<SnakeCaseConverter<Actor>>().HaveMaxLength(20);
        configurationBuilder.Properties<PaymentMethod>().HaveConversion<SnakeCaseConverter<PaymentMethod>>().HaveMaxLength(20);
        configurationBuilder.Properties<RefundStatus>().HaveConversion<SnakeCaseConverter<RefundStatus>>().HaveMaxLength(20);
        configurationBuilder.Properties<RefundOrigin>().HaveConversion<SnakeCaseConverter<RefundOrigin>>().HaveMaxLength(20);
        configurationBuilder.Properties<UnmatchedStatus>().HaveConversion<SnakeCaseConverter<UnmatchedStatus>>().HaveMaxLength(20);
        configurationBuilder.Properties<PaymentStatus>().HaveConversion<SnakeCaseConverter<PaymentStatus>>().HaveMaxLength(20);
    }

    private sealed class PaisaConverter() : ValueConverter<Paisa, long>(amount => (long)amount, stored => new Paisa(stored));

    private sealed class UtcConverter() : ValueConverter<DateTimeOffset, DateTime>(
        instant => StorageFormat.Instant(instant), stored => new DateTimeOffset(DateTime.SpecifyKind(stored, DateTimeKind.Utc)));

    private sealed class SnakeCaseConverter<TEnum>() : ValueConverter<TEnum, string>(
        value => SnakeCase.Of(value), stored => SnakeCase.Read<TEnum>(stored))
        where TEnum : struct, Enum;
}
