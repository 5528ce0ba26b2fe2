namespace KhaltiCheckout.Storage.Migrations.Sql;

/// <summary>For the migrations <c>MerchantDesk</c> and <c>FastDesk</c>: the words by which versions
/// before <c>OrderWords</c> find orders.</summary>
internal static class SearchTermsTable
{
    // Words that stand between blanks and are folded as far as this database can, which is A to Z.
    internal const string Backfill = """
        INSERT OR IGNORE INTO "SearchTerms" ("Term", "OrderId")
        SELECT lower(trim("CustomerEmail")), "Id" FROM "Orders" WHERE trim(coalesce("CustomerEmail", '')) <> '';

        INSERT OR IGNORE INTO "SearchTerms" ("Term", "OrderId")
        SELECT CASE WHEN length("Digits") = 13 AND substr("Digits", 1, 3) = '977' THEN substr("Digits", 4) ELSE "Digits" END, "Id"
        FROM (SELECT "Id", replace(replace(replace(coalesce("CustomerPhone", ''), ' ', ''), '-', ''), '+', '') AS "Digits" FROM "Orders")
        WHERE "Digits" <> '';

        WITH RECURSIVE "Words" ("OrderId", "Word", "Rest") AS (
            SELECT "Id", '', trim("CustomerName") || ' ' FROM "Orders" WHERE "CustomerName" IS NOT NULL
            UNION ALL
            SELECT "OrderId", substr("Rest", 1, instr("Rest", ' ') - 1), substr("Rest", instr("Rest", ' ') + 1)
            FROM "Words" WHERE "Rest" <> '')
        INSERT OR IGNORE INTO "SearchTerms" ("Term", "OrderId")
        SELECT lower("Word"), "OrderId" FROM "Words" WHERE "Word" <> '';
        """;

    // Made anew as SQLite keeps it best, which is as nothing but its key.
    internal const string WithoutRowId = """
        CREATE TABLE "SearchTermsAnew" (
            "OrderId" TEXT NOT NULL,
            "Term" TEXT NOT NULL,
            CONSTRAINT "PK_SearchTerms" PRIMARY KEY ("OrderId", "Term"),
            CONSTRAINT "FK_SearchTerms_Orders_OrderId" FOREIGN KEY ("OrderId") REFERENCES "Orders" ("Id") ON DELETE RESTRICT
        ) WITHOUT ROWID;
        INSERT INTO "SearchTermsAnew" ("OrderId", "Term") SELECT "OrderId", "Term" FROM "SearchTerms" ORDER BY "OrderId", "Term";
        DROP TABLE "SearchTerms";
        ALTER TABLE "SearchTermsAnew" RENAME TO "SearchTerms";
        """;
}
