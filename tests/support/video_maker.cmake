# asbench_test_video: writes small seeded videos and pictures (tests/support/video_maker.h). Apart from
# asbench_test_support because it needs OpenCV; included by whoever needs it.
if(NOT TARGET asbench_test_video)
  add_library(asbench_test_video STATIC ${CMAKE_SOURCE_DIR}/tests/support/video_maker.cpp)
  target_include_directories(asbench_test_video PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(asbench_test_video PUBLIC asbench::core
                        PRIVATE asbench_flags asbench::loaders opencv_core opencv_imgcodecs opencv_videoio)
endif()
