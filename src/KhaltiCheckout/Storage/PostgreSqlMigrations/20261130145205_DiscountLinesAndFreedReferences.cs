using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace KhaltiCheckout.Storage.PostgreSqlMigrations
{
    /// <inheritdoc />
    public partial class DiscountLinesAndFreedReferences : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Orders_Reference",
                table: "Orders");

            migrationBuilder.AddColumn<bool>(
                name: "ReferenceFreed",
                table: "Orders",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "Kind",
                table: "OrderLines",
                type: "text",
                maxLength: 20,
                nullable: false,
                defaultValue: "item",
                collation: "C");

            migrationBuilder.CreateIndex(
                name: "IX_Orders_Reference",
                table: "Orders",
                column: "Reference",
                filter: "\"Reference\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Orders_Reference_Held",
                table: "Orders",
                column: "Reference",
                unique: true,
                filter: "\"Reference\" IS NOT NULL AND NOT \"ReferenceFreed\"");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Orders_Reference",
                table: "Orders");

            migrationBuilder.DropIndex(
                name: "IX_Orders_Reference_Held",
                table: "Orders");

            migrationBuilder.DropColumn(
                name: "ReferenceFreed",
                table: "Orders");

            migrationBuilder.DropColumn(
                name: "Kind",
                table: "OrderLines");

            migrationBuilder.CreateIndex(
                name: "IX_Orders_Reference",
                table: "Orders",
                column: "Reference",
                unique: true,
                filter: "\"Reference\" IS NOT NULL");
        }
    }
}
