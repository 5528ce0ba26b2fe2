using Khalti.Client;
using KhaltiCheckout.Admin;
using KhaltiCheckout.Catalogue;
using KhaltiCheckout.Closing;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Orders;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Receipts;
using KhaltiCheckout.Refunds;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace KhaltiCheckout.Data;

/// <summary>The database. Reads are plain queries; everything that changes something goes through <see cref="WriteAsync"/>.</summary>
public sealed class CheckoutDb : DbContext
{
    // A loser of a race reads what the winner wrote and decides again; more than a few rounds is a bug.
    private const int MostRounds = 10;

    private readonly WriteQueue _queue;
    private readonly OrderChanges _changes;

    // Orders that the write under way has changed: whatever happens to one raises its version.
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);

    internal CheckoutDb(DbContextOptions<CheckoutDb> options, WriteQueue queue, OrderChanges changes)
        : base(options)
    {
        _queue = queue;
        _changes = changes;
    }

    public DbSet<Product> Products => Set<Product>();

    public DbSet<Order> Orders => Set<Order>();

    public DbSet<Payment> Payments => Set<Payment>();

    public DbSet<Refund> Refunds => Set<Refund>();

    public DbSet<ReceiptYear> ReceiptYears => Set<ReceiptYear>();

    public DbSet<DayClose> DayCloses => Set<DayClose>();

    public DbSet<TimelineEntry> Timeline => Set<TimelineEntry>();

    public DbSet<SearchTerm> SearchTerms => Set<SearchTerm>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<AdminSession> AdminSessions => Set<AdminSession>();

    public DbSet<IdempotentRequest> IdempotentRequests => Set<IdempotentRequest>();

    /// <summary>
    /// Decides and saves in one transaction, which takes the write lock at its start (SQLite: BEGIN IMMEDIATE). When a
    /// unique index or a concurrency token says that somebody else was first, the whole of <paramref name="work"/> runs
    /// again on fresh facts: it must have no effect outside the database, and no call to Khalti in it.
    /// </summary>
    internal async Task<T> WriteAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (int round = 1; ; round++)
        {
            using IDisposable turn = await _queue.WaitAsync(cancellationToken);
            ChangeTracker.Clear();
            _changed.Clear();
            await using IDbContextTransaction transaction = await Database.BeginTransactionAsync(cancellationToken);
            try
            {
                T result = await work();

                // From here on the shopper may hang up: a commit is not left half decided.
                await SaveChangesAsync(CancellationToken.None);
                await transaction.CommitAsync(CancellationToken.None);
                _changes.Tell(_changed);
                return result;
            }
            catch (DbUpdateException somebodyElse) when (round < MostRounds && IsLostRace(somebodyElse))
            {
                await transaction.RollbackAsync(CancellationToken.None);
            }
        }
    }

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        _changed.UnionWith(ChangeTracker.Entries<Order>().Where(entry => entry.State != EntityState.Unchanged).Select(entry => entry.Entity.Id));
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(CheckoutDb).Assembly);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Paisa>().HaveConversion<PaisaConverter>();
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcConverter>();
        configurationBuilder.Properties<OrderStatus>().HaveConversion<SnakeCaseConverter<OrderStatus>>().HaveMaxLength(20);
        configurationBuilder.Properties<Attention>().HaveConversion<SnakeCaseConverter<Attention>>().HaveMaxLength(20);
        configurationBuilder.Properties<Actor>().HaveConversion<SnakeCaseConverter<Actor>>().HaveMaxLength(20);
        configurationBuilder.Properties<PaymentMethod>().HaveConversion<SnakeCaseConverter<PaymentMethod>>().HaveMaxLength(20);
        configurationBuilder.Properties<RefundStatus>().HaveConversion<SnakeCaseConverter<RefundStatus>>().HaveMaxLength(20);
        configurationBuilder.Properties<RefundOrigin>().HaveConversion<SnakeCaseConverter<RefundOrigin>>().HaveMaxLength(20);
        configurationBuilder.Properties<PaymentStatus>().HaveConversion<SnakeCaseConverter<PaymentStatus>>().HaveMaxLength(20);
    }

    // SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY; every other constraint is a bug of ours.
    private static bool IsLostRace(DbUpdateException failure) =>
        failure is DbUpdateConcurrencyException
        || failure.InnerException is SqliteException { SqliteExtendedErrorCode: 2067 or 1555 };

    private sealed class PaisaConverter() : ValueConverter<Paisa, long>(amount => (long)amount, stored => new Paisa(stored));

    // SQLite can't sort a DateTimeOffset.
    private sealed class UtcConverter() : ValueConverter<DateTimeOffset, DateTime>(
        instant => instant.UtcDateTime, stored => new DateTimeOffset(DateTime.SpecifyKind(stored, DateTimeKind.Utc)));

    private sealed class SnakeCaseConverter<TEnum>() : ValueConverter<TEnum, string>(
        value => SnakeCase.Of(value), stored => SnakeCase.Read<TEnum>(stored))
        where TEnum : struct, Enum;
}
