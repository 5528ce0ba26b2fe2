using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace KhaltiCheckout.Storage.PostgreSqlMigrations
{
    /// <inheritdoc />
    public partial class MoneyOnlyKhaltiKnows : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTime>(
                name: "NextRunAt",
                table: "DayCloses",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "NightRunAt",
                table: "DayCloses",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "NightRuns",
                table: "DayCloses",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "TransactionId",
                table: "AttentionReasons",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.CreateTable(
                name: "BookDifferences",
                columns: table => new
                {
                    Id = table.Column<string>(type: "text", maxLength: 200, nullable: false, collation: "C"),
                    OrderId = table.Column<string>(type: "text", maxLength: 30, nullable: false, collation: "C"),
                    Day = table.Column<DateOnly>(type: "date", nullable: false),
                    FoundAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BookDifferences", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "UnmatchedTransactions",
                columns: table => new
                {
                    TransactionId = table.Column<string>(type: "text", maxLength: 100, nullable: false, collation: "C"),
                    Status = table.Column<string>(type: "text", maxLength: 20, nullable: false, collation: "C"),
                    Amount = table.Column<long>(type: "bigint", nullable: false),
                    Fee = table.Column<long>(type: "bigint", nullable: true),
                    KhaltiState = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    ProductIdentity = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    CreatedOn = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    FoundAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    OrderId = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Rule = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    NextCheckAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    LeasedUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Checks = table.Column<int>(type: "integer", nullable: false),
                    ResolvedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    ResolvedBy = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Note = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_UnmatchedTransactions", x => x.TransactionId);
                });

            migrationBuilder.CreateTable(
                name: "WorkCursors",
                columns: table => new
                {
                    Name = table.Column<string>(type: "text", maxLength: 50, nullable: false, collation: "C"),
                    Position = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    NextAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    LeasedUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_WorkCursors", x => x.Name);
                });

            migrationBuilder.CreateIndex(
                name: "IX_UnmatchedTransactions_FoundAt_TransactionId",
                table: "UnmatchedTransactions",
                columns: new[] { "FoundAt", "TransactionId" },
                filter: "\"Status\" = 'reported' AND \"OrderId\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_UnmatchedTransactions_NextCheckAt",
                table: "UnmatchedTransactions",
                column: "NextCheckAt",
                filter: "\"NextCheckAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_UnmatchedTransactions_OrderId",
                table: "UnmatchedTransactions",
                column: "OrderId",
                filter: "\"OrderId\" IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "BookDifferences");

            migrationBuilder.DropTable(
                name: "UnmatchedTransactions");

            migrationBuilder.DropTable(
                name: "WorkCursors");

            migrationBuilder.DropColumn(
                name: "NextRunAt",
                table: "DayCloses");

            migrationBuilder.DropColumn(
                name: "NightRunAt",
                table: "DayCloses");

            migrationBuilder.DropColumn(
                name: "NightRuns",
                table: "DayCloses");

            migrationBuilder.DropColumn(
                name: "TransactionId",
                table: "AttentionReasons");
        }
    }
}
