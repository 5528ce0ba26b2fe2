using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Storage;

/// <summary>
/// Says which programs can still use this database; one row. A migration that only adds leaves it as it is, so that the program of the
/// version before goes on beside the new one. One that breaks that program raises <see cref="LeastReader"/> to its own
/// <see cref="Program"/>, in the same transaction.
/// </summary>
public sealed class SchemaVersion
{
    /// <summary>What this program is as a reader. Raised only together with a migration that raises <see cref="LeastReader"/>.</summary>
    internal const int Program = 1;

    private const string Select = """SELECT "LeastReader" FROM "SchemaVersion" WHERE "Id" = 1""";

    public int Id { get; private set; } = 1;

    public int LeastReader { get; private set; } = Program;

    /// <exception cref="NewerSchemaException">This program is too old for the database.</exception>
    internal static async Task<bool> CheckAsync(SqlSession sql)
    {
        Check((await sql.ListAsync(Select, static row => row.Number(0))).Single());
        return true;
    }

    private static void Check(long leastReader)
    {
        if (leastReader > Program)
        {
            throw new NewerSchemaException(leastReader);
        }
    }

    /// <summary>Before any migration: a database without the row is older than it.</summary>
    internal static async Task CheckAsync(CheckoutDb db, CancellationToken cancellationToken)
    {
        string here = db.Database.GetMigrations().First(id => id.EndsWith("_LeastReader", StringComparison.Ordinal));
        if ((await db.Database.GetAppliedMigrationsAsync(cancellationToken)).Contains(here))
        {
            Check(await db.SchemaVersions.Select(version => version.LeastReader).SingleAsync(cancellationToken));
        }
    }
}

/// <summary>The database was changed by a later version in a way that this one can't work with.</summary>
internal sealed class NewerSchemaException(long leastReader) : Exception(
    $"The database was changed by a newer version of this program and needs one of reader version {leastReader} or later, this one has "
    + $"{SchemaVersion.Program}: start the newer program, or restore the backup that was made before the upgrade.");

internal sealed class SchemaVersionMapping : IEntityTypeConfiguration<SchemaVersion>
{
    public void Configure(EntityTypeBuilder<SchemaVersion> builder)
    {
        builder.ToTable("SchemaVersion");
        builder.Property(version => version.Id).ValueGeneratedNever();

        // 1, and not this program's: a new database is brought to today by all migrations, as an old one is.
        builder.HasData(new { Id = 1, LeastReader = 1 });
    }
}
