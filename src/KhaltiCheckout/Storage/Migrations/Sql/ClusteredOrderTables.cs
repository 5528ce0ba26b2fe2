namespace KhaltiCheckout.Storage.Migrations.Sql;

/// <summary>
/// For the migration <c>OneStory</c>, what EF Core does not write: an order's lines and its timeline are kept by the order, and
/// numbered within it. On SQLite such a table is nothing but its key, and what an order did stands behind what it did before; a
/// row, its index and the count of all rows were three places.
/// </summary>
internal static class ClusteredOrderTables
{
    /// <summary>New entries of an order are numbered from 1, so those that it has already end at 0.</summary>
    internal const string SqliteUp = """
        CREATE TABLE "OrderLinesAnew" (
            "OrderId" TEXT NOT NULL,
            "Position" INTEGER NOT NULL,
            "ProductId" TEXT NULL,
            "Name" TEXT NOT NULL,
            "UnitPrice" INTEGER NOT NULL,
            "Quantity" INTEGER NOT NULL,
            "Amount" INTEGER NOT NULL,
            CONSTRAINT "PK_OrderLines" PRIMARY KEY ("OrderId", "Position"),
            CONSTRAINT "FK_OrderLines_Orders_OrderId" FOREIGN KEY ("OrderId") REFERENCES "Orders" ("Id") ON DELETE RESTRICT
        ) WITHOUT ROWID;
        INSERT INTO "OrderLinesAnew" ("OrderId", "Position", "ProductId", "Name", "UnitPrice", "Quantity", "Amount")
        SELECT "OrderId", "Position", "ProductId", "Name", "UnitPrice", "Quantity", "Amount" FROM "OrderLines" ORDER BY "OrderId",
            "Position";
        DROP TABLE "OrderLines";
        ALTER TABLE "OrderLinesAnew" RENAME TO "OrderLines";

        CREATE TABLE "TimelineAnew" (
            "OrderId" TEXT NOT NULL,
            "Id" INTEGER NOT NULL,
            "PaymentId" TEXT NULL,
            "At" TEXT NOT NULL,
            "What" TEXT NOT NULL,
            "By" TEXT NOT NULL,
            "KeyName" TEXT NULL,
            "Note" TEXT NULL,
            CONSTRAINT "PK_Timeline" PRIMARY KEY ("OrderId", "Id"),
            CONSTRAINT "FK_Timeline_Orders_OrderId" FOREIGN KEY ("OrderId") REFERENCES "Orders" ("Id") ON DELETE RESTRICT
        ) WITHOUT ROWID;
        INSERT INTO "TimelineAnew" ("OrderId", "Id", "PaymentId", "At", "What", "By", "KeyName", "Note")
        SELECT "OrderId", 1 - ROW_NUMBER() OVER (PARTITION BY "OrderId" ORDER BY "Id" DESC), "PaymentId", "At", "What", "By", "KeyName",
            "Note"
        FROM "Timeline";
        DROP TABLE "Timeline";
        ALTER TABLE "TimelineAnew" RENAME TO "Timeline";
        """;

    internal const string SqliteDown = """
        CREATE TABLE "OrderLinesBefore" (
            "Id" INTEGER NOT NULL CONSTRAINT "PK_OrderLines" PRIMARY KEY AUTOINCREMENT,
            "Position" INTEGER NOT NULL,
            "ProductId" TEXT NULL,
            "Name" TEXT NOT NULL,
            "UnitPrice" INTEGER NOT NULL,
            "Quantity" INTEGER NOT NULL,
            "Amount" INTEGER NOT NULL,
            "OrderId" TEXT NOT NULL,
            CONSTRAINT "FK_OrderLines_Orders_OrderId" FOREIGN KEY ("OrderId") REFERENCES "Orders" ("Id") ON DELETE RESTRICT
        );
        INSERT INTO "OrderLinesBefore" ("Position", "ProductId", "Name", "UnitPrice", "Quantity", "Amount", "OrderId")
        SELECT "Position", "ProductId", "Name", "UnitPrice", "Quantity", "Amount", "OrderId" FROM "OrderLines" ORDER BY "OrderId",
            "Position";
        DROP TABLE "OrderLines";
        ALTER TABLE "OrderLinesBefore" RENAME TO "OrderLines";
        CREATE INDEX "IX_OrderLines_OrderId" ON "OrderLines" ("OrderId");

        CREATE TABLE "TimelineBefore" (
            "Id" INTEGER NOT NULL CONSTRAINT "PK_Timeline" PRIMARY KEY AUTOINCREMENT,
            "OrderId" TEXT NOT NULL,
            "PaymentId" TEXT NULL,
            "At" TEXT NOT NULL,
            "What" TEXT NOT NULL,
            "By" TEXT NOT NULL,
            "Note" TEXT NULL,
            "KeyName" TEXT NULL,
            CONSTRAINT "FK_Timeline_Orders_OrderId" FOREIGN KEY ("OrderId") REFERENCES "Orders" ("Id") ON DELETE RESTRICT
        );
        INSERT INTO "TimelineBefore" ("OrderId", "PaymentId", "At", "What", "By", "Note", "KeyName")
        SELECT "OrderId", "PaymentId", "At", "What", "By", "Note", "KeyName" FROM "Timeline" ORDER BY "OrderId", "Id";
        DROP TABLE "Timeline";
        ALTER TABLE "TimelineBefore" RENAME TO "Timeline";
        CREATE INDEX "IX_Timeline_OrderId_Id" ON "Timeline" ("OrderId", "Id");
        """;

    /// <summary>As <see cref="SqliteUp"/> numbers them, while numbers are every order's together.</summary>
    internal const string PostgreSqlWithinOrders = """
        UPDATE "Timeline" AS entry SET "Id" = numbered."Number"
        FROM (SELECT "Id", 1 - ROW_NUMBER() OVER (PARTITION BY "OrderId" ORDER BY "Id" DESC) AS "Number" FROM "Timeline") AS numbered
        WHERE entry."Id" = numbered."Id";
        """;

    /// <summary>Every order's together again.</summary>
    internal const string PostgreSqlAcrossOrders = """
        UPDATE "Timeline" AS entry SET "Id" = numbered."Number"
        FROM (SELECT "OrderId", "Id", ROW_NUMBER() OVER (ORDER BY "OrderId", "Id") AS "Number" FROM "Timeline") AS numbered
        WHERE entry."OrderId" = numbered."OrderId" AND entry."Id" = numbered."Id";
        """;

    /// <summary>The next number of all follows the highest.</summary>
    internal const string PostgreSqlNextNumber = """
        SELECT setval(pg_get_serial_sequence('"Timeline"', 'Id'), COALESCE(MAX("Id"), 0) + 1, false) FROM "Timeline";
        """;
}
