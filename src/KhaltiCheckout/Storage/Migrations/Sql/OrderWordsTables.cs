namespace KhaltiCheckout.Storage.Migrations.Sql;

/// <summary>For the migration <c>OrderNumbersAndWords</c>: what <see cref="OrderSearchIndex"/>
/// keeps, which EF Core can't describe.</summary>
internal static class OrderWordsTables
{
    // The last eight characters of an order's id. As an expression both databases take the same text. EF Core does not know this index: a
    // migration that makes the table "Orders" anew on SQLite has to make it again.
    internal const string IdEndUp = """CREATE INDEX "IX_Orders_IdEnd" ON "Orders" (substr("Id", 23));""";

    internal const string IdEndDown = """DROP INDEX "IX_Orders_IdEnd";""";

    // Words arrive folded and parted by blanks. This tokenizer takes every character that is not ASCII for part of a word, so vowel signs
    // stay where they are; the punctuation of ASCII that addresses have inside is named. Up to six characters are found in an index of
    // beginnings; the orders of a longer beginning are collected from its words.
    internal const string SqliteUp = """
        CREATE TABLE "OrderWords" (
            "Key" INTEGER NOT NULL CONSTRAINT "PK_OrderWords" PRIMARY KEY,
            "OrderId" TEXT NOT NULL CONSTRAINT "AK_OrderWords_OrderId" UNIQUE,
            "Words" TEXT NOT NULL,
            CONSTRAINT "FK_OrderWords_Orders_OrderId" FOREIGN KEY ("OrderId") REFERENCES "Orders" ("Id") ON DELETE RESTRICT
        );
        CREATE VIRTUAL TABLE "OrderWordsIndex" USING fts5(
            "Words", content = 'OrderWords', content_rowid = 'Key', detail = none, columnsize = 0, prefix = '1 2 3 4 5 6',
            tokenize = "ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'");
        """;

    internal const string SqliteDown = """
        DROP TABLE "OrderWordsIndex";
        DROP TABLE "OrderWords";
        """;

    internal const string PostgreSqlUp = """
        CREATE TABLE "OrderWords" (
            "OrderId" text COLLATE "C" NOT NULL CONSTRAINT "PK_OrderWords" PRIMARY KEY
                CONSTRAINT "FK_OrderWords_Orders_OrderId" REFERENCES "Orders" ("Id") ON DELETE RESTRICT,
            "Words" tsvector NOT NULL
        );
        CREATE INDEX "IX_OrderWords_Words" ON "OrderWords" USING gin ("Words");
        """;

    internal const string PostgreSqlDown = """DROP TABLE "OrderWords";""";
}
