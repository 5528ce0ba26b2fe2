using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace KhaltiCheckout.Data.Migrations
{
    /// <inheritdoc />
    public partial class SearchTerms : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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
                name: "IX_Payments_Open",
                table: "Payments",
                column: "CreatedAt",
                filter: "\"Status\" IN ('verifying', 'needs_review')");

            migrationBuilder.CreateIndex(
                name: "IX_SearchTerms_OrderId",
                table: "SearchTerms",
                column: "OrderId");

            migrationBuilder.Sql(global::KhaltiCheckout.Admin.SearchTerm.Backfill);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "SearchTerms");

            migrationBuilder.DropIndex(
                name: "IX_Payments_Open",
                table: "Payments");
        }
    }
}
