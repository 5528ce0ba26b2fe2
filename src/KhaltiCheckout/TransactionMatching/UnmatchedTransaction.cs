using Khalti.Client;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.TransactionMatching;

/// <summary>A transaction that Khalti listed and that no payment here had: what Khalti said of it, and what became of it.</summary>
public sealed class UnmatchedTransaction
{
    private UnmatchedTransaction()
    {
    }

    /// <summary>Khalti's id.</summary>
    public string TransactionId { get; private set; } = "";

    public UnmatchedStatus Status { get; private set; }

    public Paisa Amount { get; private set; }

    public Paisa? Fee { get; private set; }

    /// <summary>In Khalti's own words.</summary>
    public string KhaltiState { get; private set; } = "";

    /// <summary>What the page named as what was paid for; null where Khalti does not say it.</summary>
    public string? ProductIdentity { get; private set; }

    /// <summary>When the payer began, as Khalti says.</summary>
    public DateTimeOffset? CreatedOn { get; private set; }

    public DateTimeOffset FoundAt { get; private set; }

    /// <summary>The order of this shop that it was paid for, where there is one: then its reason is the order's.</summary>
    public string? OrderId { get; private set; }

    /// <summary>Why it pays no order by itself, as a stable word.</summary>
    public string? Rule { get; private set; }

    /// <summary>When it is looked at next; null when no more is owed.</summary>
    public DateTimeOffset? NextCheckAt { get; private set; }

    /// <summary>Until when one process, and no other, looks at it.</summary>
    public DateTimeOffset? LeasedUntil { get; private set; }

    /// <summary>How often it was looked at without a decision.</summary>
    public int Checks { get; private set; }

    public DateTimeOffset? ResolvedAt { get; private set; }

    public string? ResolvedBy { get; private set; }

    public string? Note { get; private set; }

    public int Version { get; private set; }

    internal void Resolve(string note, string? by, DateTimeOffset now)
    {
        Status = UnmatchedStatus.Resolved;
        NextCheckAt = null;
        Note = note;
        ResolvedBy = by;
        ResolvedAt = now;
        Version++;
    }
}

internal sealed class UnmatchedTransactionMapping : IEntityTypeConfiguration<UnmatchedTransaction>
{
    internal const int MaxIdLength = 100;

    /// <summary>Those without an order that a person should look at. Word for word as in a query, which finds the index by it.</summary>
    internal const string IsListed = "\"Status\" = 'reported' AND \"OrderId\" IS NULL";

    public void Configure(EntityTypeBuilder<UnmatchedTransaction> builder)
    {
        builder.ToTable("UnmatchedTransactions");
        builder.HasKey(transaction => transaction.TransactionId);
        builder.Property(transaction => transaction.TransactionId).HasMaxLength(MaxIdLength).ValueGeneratedNever();
        builder.Property(transaction => transaction.Version).IsConcurrencyToken();
        builder.HasIndex(transaction => transaction.NextCheckAt).HasFilter("\"NextCheckAt\" IS NOT NULL");
        builder.HasIndex(transaction => new { transaction.FoundAt, transaction.TransactionId }).HasFilter(IsListed);
        builder.HasIndex(transaction => transaction.OrderId).HasFilter("\"OrderId\" IS NOT NULL");
    }
}

internal static class UnmatchedTransactionTable
{
    extension(CheckoutDb db)
    {
        internal DbSet<UnmatchedTransaction> UnmatchedTransactions => db.Set<UnmatchedTransaction>();
    }
}
