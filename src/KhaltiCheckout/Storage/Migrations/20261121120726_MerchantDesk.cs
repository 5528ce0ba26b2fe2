using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace KhaltiCheckout.Storage.Migrations
{
    /// <inheritdoc />
    public partial class MerchantDesk : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Payments_CompletedOn_Amount_Fee",
                table: "Payments");

            migrationBuilder.DropIndex(
                name: "IX_Payments_Pidx",
                table: "Payments");

            migrationBuilder.DropIndex(
                name: "IX_Payments_Token",
                table: "Payments");

            migrationBuilder.DropIndex(
                name: "IX_Payments_TransactionId",
                table: "Payments");

            migrationBuilder.DropIndex(
                name: "IX_Orders_ExpiresAt",
                table: "Orders");

            migrationBuilder.AddColumn<int>(
                name: "CreditNoteCount",
                table: "Refunds",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "CreditNoteYear",
                table: "Refunds",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Method",
                table: "Refunds",
                type: "TEXT",
                maxLength: 20,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<bool>(
                name: "PersonWasCalled",
                table: "Refunds",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "RequestId",
                table: "Refunds",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "TakenOffOrder",
                table: "Refunds",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "ReceiptCount",
                table: "Orders",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "ReceiptYear",
                table: "Orders",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "SellerPan",
                table: "Orders",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "VatPercent",
                table: "Orders",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "AdminSessions",
                columns: table => new
                {
                    Hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    KeyId = table.Column<string>(type: "TEXT", maxLength: 30, nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    ExpiresAt = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AdminSessions", x => x.Hash);
                });

            migrationBuilder.CreateTable(
                name: "ApiKeys",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", maxLength: 30, nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Hint = table.Column<string>(type: "TEXT", nullable: false),
                    Hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Scopes = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    CreatedBy = table.Column<string>(type: "TEXT", nullable: false),
                    LastUsedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    RevokedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    RevokedBy = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ApiKeys", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "DayCloses",
                columns: table => new
                {
                    Day = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    RunAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    RunBy = table.Column<string>(type: "TEXT", nullable: true),
                    Found = table.Column<string>(type: "TEXT", nullable: true),
                    LeasedUntil = table.Column<DateTime>(type: "TEXT", nullable: true),
                    SignedOffAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    SignedOffBy = table.Column<string>(type: "TEXT", nullable: true),
                    Note = table.Column<string>(type: "TEXT", nullable: true),
                    Version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DayCloses", x => x.Day);
                });

            migrationBuilder.CreateTable(
                name: "ReceiptYears",
                columns: table => new
                {
                    Year = table.Column<int>(type: "INTEGER", nullable: false),
                    LastReceipt = table.Column<int>(type: "INTEGER", nullable: false),
                    LastCreditNote = table.Column<int>(type: "INTEGER", nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ReceiptYears", x => x.Year);
                });

            migrationBuilder.CreateTable(
                name: "SearchTerms",
                columns: table => new
                {
                    Term = table.Column<string>(type: "TEXT", maxLength: 254, nullable: false),
                    OrderId = table.Column<string>(type: "TEXT", maxLength: 30, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SearchTerms", x => new { x.Term, x.OrderId });
                    table.ForeignKey(
                        name: "FK_SearchTerms_Orders_OrderId",
                        column: x => x.OrderId,
                        principalTable: "Orders",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Refunds_CreditNoteYear_CreditNoteCount",
                table: "Refunds",
                columns: new[] { "CreditNoteYear", "CreditNoteCount" },
                unique: true,
                filter: "\"CreditNoteYear\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Refunds_RequestId",
                table: "Refunds",
                column: "RequestId",
                filter: "\"RequestId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_CompletedOn_AmountPaid_Fee",
                table: "Payments",
                columns: new[] { "CompletedOn", "AmountPaid", "Fee" },
                filter: "\"CompletedOn\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_Open",
                table: "Payments",
                column: "CreatedAt",
                filter: "\"Status\" IN ('verifying', 'needs_review')");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_Pidx",
                table: "Payments",
                column: "Pidx",
                unique: true,
                filter: "\"Pidx\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_Token",
                table: "Payments",
                column: "Token",
                unique: true,
                filter: "\"Token\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_TransactionId",
                table: "Payments",
                column: "TransactionId",
                unique: true,
                filter: "\"TransactionId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Orders_ReceiptYear_ReceiptCount",
                table: "Orders",
                columns: new[] { "ReceiptYear", "ReceiptCount" },
                unique: true,
                filter: "\"ReceiptYear\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Orders_Status_ExpiresAt",
                table: "Orders",
                columns: new[] { "Status", "ExpiresAt" },
                filter: "\"Status\" = 'pending'");

            migrationBuilder.CreateIndex(
                name: "IX_AdminSessions_ExpiresAt",
                table: "AdminSessions",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_AdminSessions_KeyId",
                table: "AdminSessions",
                column: "KeyId");

            migrationBuilder.CreateIndex(
                name: "IX_ApiKeys_Hint",
                table: "ApiKeys",
                column: "Hint",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_ApiKeys_Name",
                table: "ApiKeys",
                column: "Name",
                unique: true,
                filter: "\"RevokedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_SearchTerms_OrderId",
                table: "SearchTerms",
                column: "OrderId");

            // The words of the orders that are there already.
            migrationBuilder.Sql(global::KhaltiCheckout.Storage.Migrations.Sql.SearchTermsTable.Backfill);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AdminSessions");

            migrationBuilder.DropTable(
                name: "ApiKeys");

            migrationBuilder.DropTable(
                name: "DayCloses");

            migrationBuilder.DropTable(
                name: "ReceiptYears");

            migrationBuilder.DropTable(
                name: "SearchTerms");

            migrationBuilder.DropIndex(
                name: "IX_Refunds_CreditNoteYear_CreditNoteCount",
                table: "Refunds");

            migrationBuilder.DropIndex(
                name: "IX_Refunds_RequestId",
                table: "Refunds");

            migrationBuilder.DropIndex(
                name: "IX_Payments_CompletedOn_AmountPaid_Fee",
                table: "Payments");

            migrationBuilder.DropIndex(
                name: "IX_Payments_Open",
                table: "Payments");

            migrationBuilder.DropIndex(
                name: "IX_Payments_Pidx",
                table: "Payments");

            migrationBuilder.DropIndex(
                name: "IX_Payments_Token",
                table: "Payments");

            migrationBuilder.DropIndex(
                name: "IX_Payments_TransactionId",
                table: "Payments");

            migrationBuilder.DropIndex(
                name: "IX_Orders_ReceiptYear_ReceiptCount",
                table: "Orders");

            migrationBuilder.DropIndex(
                name: "IX_Orders_Status_ExpiresAt",
                table: "Orders");

            migrationBuilder.DropColumn(
                name: "CreditNoteCount",
                table: "Refunds");

            migrationBuilder.DropColumn(
                name: "CreditNoteYear",
                table: "Refunds");

            migrationBuilder.DropColumn(
                name: "Method",
                table: "Refunds");

            migrationBuilder.DropColumn(
                name: "PersonWasCalled",
                table: "Refunds");

            migrationBuilder.DropColumn(
                name: "RequestId",
                table: "Refunds");

            migrationBuilder.DropColumn(
                name: "TakenOffOrder",
                table: "Refunds");

            migrationBuilder.DropColumn(
                name: "ReceiptCount",
                table: "Orders");

            migrationBuilder.DropColumn(
                name: "ReceiptYear",
                table: "Orders");

            migrationBuilder.DropColumn(
                name: "SellerPan",
                table: "Orders");

            migrationBuilder.DropColumn(
                name: "VatPercent",
                table: "Orders");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_CompletedOn_Amount_Fee",
                table: "Payments",
                columns: new[] { "CompletedOn", "Amount", "Fee" },
                filter: "\"CompletedOn\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_Pidx",
                table: "Payments",
                column: "Pidx",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Payments_Token",
                table: "Payments",
                column: "Token",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Payments_TransactionId",
                table: "Payments",
                column: "TransactionId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Orders_ExpiresAt",
                table: "Orders",
                column: "ExpiresAt",
                filter: "\"Status\" = 'pending'");
        }
    }
}
