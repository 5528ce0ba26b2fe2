using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace KhaltiCheckout.Storage.Migrations
{
    /// <inheritdoc />
    public partial class PaymentLinks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Payments_OneVerifyingPerOrder",
                table: "Payments");

            migrationBuilder.AddColumn<DateTime>(
                name: "LastAnsweredAt",
                table: "Payments",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "LinkExpiresAt",
                table: "Payments",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PaymentUrl",
                table: "Payments",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Pidx",
                table: "Payments",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ReturnUrl",
                table: "Orders",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Payments_OneLinkBeingMadePerOrder",
                table: "Payments",
                column: "OrderId",
                unique: true,
                filter: "\"Status\" = 'initiated' AND \"Pidx\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_OneVerifyingPerOrder",
                table: "Payments",
                column: "OrderId",
                unique: true,
                filter: "\"Status\" = 'verifying' AND \"Method\" = 'widget'");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_Pidx",
                table: "Payments",
                column: "Pidx",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Payments_OneLinkBeingMadePerOrder",
                table: "Payments");

            migrationBuilder.DropIndex(
                name: "IX_Payments_OneVerifyingPerOrder",
                table: "Payments");

            migrationBuilder.DropIndex(
                name: "IX_Payments_Pidx",
                table: "Payments");

            migrationBuilder.DropColumn(
                name: "LastAnsweredAt",
                table: "Payments");

            migrationBuilder.DropColumn(
                name: "LinkExpiresAt",
                table: "Payments");

            migrationBuilder.DropColumn(
                name: "PaymentUrl",
                table: "Payments");

            migrationBuilder.DropColumn(
                name: "Pidx",
                table: "Payments");

            migrationBuilder.DropColumn(
                name: "ReturnUrl",
                table: "Orders");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_OneVerifyingPerOrder",
                table: "Payments",
                column: "OrderId",
                unique: true,
                filter: "\"Status\" = 'verifying'");
        }
    }
}
