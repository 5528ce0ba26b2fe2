using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace KhaltiCheckout.Storage.Migrations
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
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "NightRunAt",
                table: "DayCloses",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "NightRuns",
                table: "DayCloses",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "TransactionId",
                table: "AttentionReasons",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "BookDifferences",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    OrderId = table.Column<string>(type: "TEXT", maxLength: 30, nullable: false),
                    Day = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    FoundAt = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BookDifferences", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "UnmatchedTransactions",
                columns: table => new
                {
                    TransactionId = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    Status = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    Amount = table.Column<long>(type: "INTEGER", nullable: false),
                    Fee = table.Column<long>(type: "INTEGER", nullable: true),
                    KhaltiState = table.Column<string>(type: "TEXT", nullable: false),
                    ProductIdentity = table.Column<string>(type: "TEXT", nullable: true),
                    CreatedOn = table.Column<DateTime>(type: "TEXT", nullable: true),
                    FoundAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    OrderId = table.Column<string>(type: "TEXT", nullable: true),
                    Rule = table.Column<string>(type: "TEXT", nullable: true),
                    NextCheckAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    LeasedUntil = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Checks = table.Column<int>(type: "INTEGER", nullable: false),
                    ResolvedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    ResolvedBy = table.Column<string>(type: "TEXT", nullable: true),
                    Note = table.Column<string>(type: "TEXT", nullable: true),
                    Version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_UnmatchedTransactions", x => x.TransactionId);
                });

            migrationBuilder.CreateTable(
                name: "WorkCursors",
                columns: table => new
                {
                    Name = table.Column<string>(type: "TEXT", maxLength: 50, nullable: false),
                    Position = table.Column<string>(type: "TEXT", nullable: false),
                    NextAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    LeasedUntil = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Version = table.Column<int>(type: "INTEGER", nullable: false)
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
