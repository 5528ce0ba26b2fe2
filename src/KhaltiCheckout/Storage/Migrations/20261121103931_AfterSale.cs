using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace KhaltiCheckout.Storage.Migrations
{
    /// <inheritdoc />
    public partial class AfterSale : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "KeyName",
                table: "Timeline",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "AmountPaid",
                table: "Payments",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "AmountRefunded",
                table: "Payments",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            // By hand: the generated way to add a constraint makes the table anew, outside the transaction, and a process killed
            // in the middle of that leaves half of it.
            migrationBuilder.Sql(
                """
                ALTER TABLE "Payments" ADD COLUMN "AmountReserved" INTEGER NOT NULL DEFAULT 0
                CONSTRAINT "CK_Payments_RefundedNoMoreThanPaid"
                CHECK ("AmountRefunded" >= 0 AND "AmountReserved" >= 0 AND "AmountRefunded" + "AmountReserved" <= COALESCE("AmountPaid", 0));
                """);

            migrationBuilder.AddColumn<DateOnly>(
                name: "CompletedOn",
                table: "Payments",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Metadata",
                table: "Orders",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<DateOnly>(
                name: "PlacedOn",
                table: "Orders",
                type: "TEXT",
                nullable: false,
                defaultValue: new DateOnly(1, 1, 1));

            // What earlier versions did not keep, from what they did. Nepal is 5:45 ahead of UTC.
            migrationBuilder.Sql("UPDATE \"Orders\" SET \"PlacedOn\" = date(\"CreatedAt\", '+345 minutes');");
            migrationBuilder.Sql(
                "UPDATE \"Payments\" SET \"AmountPaid\" = \"Amount\", \"CompletedOn\" = date(\"CompletedAt\", '+345 minutes') WHERE \"CompletedAt\" IS NOT NULL;");

            migrationBuilder.CreateTable(
                name: "Refunds",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", maxLength: 30, nullable: false),
                    OrderId = table.Column<string>(type: "TEXT", nullable: false),
                    PaymentId = table.Column<string>(type: "TEXT", nullable: false),
                    Status = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    Origin = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    Amount = table.Column<long>(type: "INTEGER", nullable: false),
                    RefundedBefore = table.Column<long>(type: "INTEGER", nullable: false),
                    Reason = table.Column<string>(type: "TEXT", nullable: true),
                    Mobile = table.Column<string>(type: "TEXT", nullable: true),
                    KeyName = table.Column<string>(type: "TEXT", nullable: true),
                    Failure = table.Column<string>(type: "TEXT", nullable: true),
                    CreatedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    CompletedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    CompletedOn = table.Column<DateOnly>(type: "TEXT", nullable: true),
                    NextCheckAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    LeasedUntil = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Checks = table.Column<int>(type: "INTEGER", nullable: false),
                    Denials = table.Column<int>(type: "INTEGER", nullable: false),
                    LastAskUnanswered = table.Column<bool>(type: "INTEGER", nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Refunds", x => x.Id);
                    table.CheckConstraint("CK_Refunds_Amount", "\"Amount\" > 0");
                    table.ForeignKey(
                        name: "FK_Refunds_Orders_OrderId",
                        column: x => x.OrderId,
                        principalTable: "Orders",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_Refunds_Payments_PaymentId",
                        column: x => x.PaymentId,
                        principalTable: "Payments",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Payments_CompletedOn_Amount_Fee",
                table: "Payments",
                columns: new[] { "CompletedOn", "Amount", "Fee" },
                filter: "\"CompletedOn\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Orders_Amount_Id",
                table: "Orders",
                columns: new[] { "Amount", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Orders_Attention_Id",
                table: "Orders",
                columns: new[] { "Attention", "Id" },
                filter: "\"Attention\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Orders_PlacedOn",
                table: "Orders",
                column: "PlacedOn");

            migrationBuilder.CreateIndex(
                name: "IX_Orders_Reference",
                table: "Orders",
                column: "Reference",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Orders_Status_Id",
                table: "Orders",
                columns: new[] { "Status", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Refunds_CompletedOn_Amount",
                table: "Refunds",
                columns: new[] { "CompletedOn", "Amount" },
                filter: "\"CompletedOn\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Refunds_NextCheckAt",
                table: "Refunds",
                column: "NextCheckAt",
                filter: "\"NextCheckAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Refunds_OneOpenPerPayment",
                table: "Refunds",
                column: "PaymentId",
                unique: true,
                filter: "\"Status\" IN ('requested', 'unknown')");

            migrationBuilder.CreateIndex(
                name: "IX_Refunds_OrderId",
                table: "Refunds",
                column: "OrderId");

            migrationBuilder.CreateIndex(
                name: "IX_Refunds_PaymentId",
                table: "Refunds",
                column: "PaymentId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Refunds");

            migrationBuilder.DropIndex(
                name: "IX_Payments_CompletedOn_Amount_Fee",
                table: "Payments");

            migrationBuilder.DropIndex(
                name: "IX_Orders_Amount_Id",
                table: "Orders");

            migrationBuilder.DropIndex(
                name: "IX_Orders_Attention_Id",
                table: "Orders");

            migrationBuilder.DropIndex(
                name: "IX_Orders_PlacedOn",
                table: "Orders");

            migrationBuilder.DropIndex(
                name: "IX_Orders_Reference",
                table: "Orders");

            migrationBuilder.DropIndex(
                name: "IX_Orders_Status_Id",
                table: "Orders");

            migrationBuilder.DropColumn(
                name: "KeyName",
                table: "Timeline");

            migrationBuilder.DropColumn(
                name: "AmountPaid",
                table: "Payments");

            migrationBuilder.DropColumn(
                name: "AmountRefunded",
                table: "Payments");

            migrationBuilder.DropColumn(
                name: "AmountReserved",
                table: "Payments");

            migrationBuilder.DropColumn(
                name: "CompletedOn",
                table: "Payments");

            migrationBuilder.DropColumn(
                name: "Metadata",
                table: "Orders");

            migrationBuilder.DropColumn(
                name: "PlacedOn",
                table: "Orders");
        }
    }
}
