using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace KhaltiCheckout.Storage.Migrations
{
    /// <inheritdoc />
    public partial class AttentionReasons : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "AttentionReasons",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", maxLength: 30, nullable: false),
                    OrderId = table.Column<string>(type: "TEXT", maxLength: 30, nullable: false),
                    Reason = table.Column<string>(type: "TEXT", maxLength: 30, nullable: false),
                    PaymentId = table.Column<string>(type: "TEXT", maxLength: 30, nullable: true),
                    RefundId = table.Column<string>(type: "TEXT", maxLength: 30, nullable: true),
                    RaisedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    ResolvedAt = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AttentionReasons", x => x.Id);
                    table.ForeignKey(
                        name: "FK_AttentionReasons_Orders_OrderId",
                        column: x => x.OrderId,
                        principalTable: "Orders",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_AttentionReasons_OrderId",
                table: "AttentionReasons",
                column: "OrderId",
                filter: "\"ResolvedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_AttentionReasons_Reason_OrderId",
                table: "AttentionReasons",
                columns: new[] { "Reason", "OrderId" },
                filter: "\"ResolvedAt\" IS NULL");

            migrationBuilder.Sql(global::KhaltiCheckout.Storage.RaisedReasonMapping.AddUnrecorded);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AttentionReasons");
        }
    }
}
