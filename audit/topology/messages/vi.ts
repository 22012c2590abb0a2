/** The audit's sentences in Vietnamese. en.ts has the same ones. */
export const vi = {
  "waivers.title": "Miễn trừ còn hiệu lực với phát hiện cụ thể",
  "waivers.noCheck": "miễn trừ nêu phép kiểm tra {check}, nhưng không có phép kiểm tra này",
  "waivers.noCheck.remedy": "ghi đúng mã phép kiểm tra nêu bên cạnh phát hiện, hoặc bỏ miễn trừ",
  "waivers.nothing": "miễn trừ của {check} cho {subject} không miễn trừ gì: không có phát hiện như vậy",
  "waivers.nothing.remedy": "bỏ miễn trừ; nếu viết sai thì ghi đúng đối tượng như trong phát hiện",

  "addressing.overlap.title": "Địa chỉ chỉ thuộc một chủ",
  "addressing.overlap": "{mine} của {owner} chồng lấn {theirs} của {other}",
  "addressing.overlap.remedy": "cấp cho {owner} dải địa chỉ không ai dùng",

  "coverage.bodies.title": "Mọi cơ quan đều có kết nối mạng",
  "coverage.units.title": "Mọi đơn vị có trụ sở đều có kết nối mạng",
  "coverage.communes.title": "Mọi xã đều có đường vào mạng",
  "coverage.noSite": "{owner} không có trụ sở nào trên mạng",
  "coverage.noSite.remedy": "thêm trụ sở vào sites.yaml, bộ định tuyến vào hosts.yaml và đường truyền vào links.yaml",
  "coverage.noLan": "trụ sở {site} của {owner} không có mạng LAN",
  "coverage.noLan.remedy": "khai báo {site} là trụ sở có mạng LAN trong sites.yaml",
  "coverage.noWay": "trụ sở {site} của {owner} không có đường tới trung tâm dữ liệu, kể cả khi không có sự cố",
  "coverage.noWay.remedy": "nối bộ định tuyến của {site} với nút gom tới được tường lửa của trung tâm dữ liệu",
  "coverage.communes.noAccess": "{communes} xã của {unit} không có đường vào: không trụ sở nào có mạng truy nhập",
  "coverage.communes.noAccess.remedy": "đặt access: true cho trụ sở của {unit} trong sites.yaml",
  "coverage.communes.noWay": "{communes} xã của {unit} vào mạng qua {site}, nơi không có đường tới trung tâm dữ liệu",
} as const;
